#include "core/base/json.h"
#include "core/base/limits/statements.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <set>
#include <vector>

namespace chancery {
namespace {

// What is judged and not kept.
struct Elided {
  bool is_all = false;
  std::optional<std::string_view> member = {};  // of the outermost object
};

// Builds the DOM while it refuses what a DOM would hide: duplicate keys, depth, infinite numbers.
class StrictReader : public nlohmann::json_sax<Json> {
 public:
  StrictReader(std::string_view text, std::string_view what, std::size_t depth_max,
               const Elided& elided)
      : text_(text),
        what_(what),
        depth_max_(depth_max),
        elided_member_(elided.member),
        elided_from_(elided.is_all ? 1 : 0) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!std::isfinite(value))
      return fail("JSON_NUMBER_OUT_OF_RANGE", "number " + text.substr(0, 40));
    return add(value);
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return fail("JSON_MALFORMED", "binary value"); }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (open_.back()->contains(name))
      return fail("JSON_DUPLICATE_KEY", "duplicate key \"" + name.substr(0, 80) + "\"");
    if (open_.back()->size() >= limits::json_object_members_max)
      return fail("JSON_TOO_MANY_MEMBERS",
                  fmt::format("an object of over {} members", limits::json_object_members_max));
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // 406: a number that no double can hold.
    if (error.id == 406)
      return fail("JSON_NUMBER_OUT_OF_RANGE", fmt::format("number near byte {}", position));
    if (is_second_document(position))
      return fail("JSON_MALFORMED", fmt::format("a second document begins after the first {} "
                                                "bytes; one is read: give each by itself",
                                                position - 1));
    return fail("JSON_MALFORMED", fmt::format("not JSON at byte {}", position));
  }

  Result<Json> finish(bool parsed) && {
    if (!parsed)
      return error_ ? *error_
                    : invalid_request("JSON_MALFORMED", fmt::format("{}: not JSON", what_));
    return std::move(root_);
  }

 private:
  bool fail(std::string reason, std::string_view detail) {
    if (!error_) error_ = invalid_request(std::move(reason), fmt::format("{}: {}", what_, detail));
    return false;
  }
  // As in a file of JSON lines: what was read, but for the last byte, is a document by itself.
  bool is_second_document(std::size_t position) const {
    if (!open_.empty() || position == 0 || position > text_.size()) return false;
    const char last = text_[position - 1];
    return (last == '{' || last == '[') && Json::accept(text_.substr(0, position - 1));
  }
  // nullptr: it is one too many.
  Json* place(Json&& value) {
    if (is_eliding() && value.is_primitive()) value = nullptr;
    if (is_eliding() && !open_.empty() && open_.back()->is_array()) empty(*open_.back());
    if (++values_ > limits::json_values_max) {
      fail("JSON_TOO_MANY_VALUES", fmt::format("over {} values", limits::json_values_max));
      return nullptr;
    }
    if (open_.empty()) return &(root_ = std::move(value));
    Json& parent = *open_.back();
    if (parent.is_array()) return &parent.emplace_back(std::move(value));
    return &(parent[key_] = std::move(value));
  }
  bool add(Json value) { return place(std::move(value)) != nullptr; }
  bool open(Json value) {
    if (open_.size() >= depth_max_)
      return fail("JSON_TOO_DEEP", fmt::format("deeper than {} levels", depth_max_));
    const bool begins_elision =
        !is_eliding() && open_.size() == 1 && open_.back()->is_object() && key_ == elided_member_;
    Json* const placed = place(std::move(value));
    if (placed == nullptr) return false;
    open_.push_back(placed);
    if (begins_elision) elided_from_ = open_.size();
    return true;
  }
  // What was in its values is gone already.
  void empty(Json& elided) {
    values_ -= elided.size();
    elided.clear();
  }
  bool close() {
    if (open_.size() == elided_from_) {
      empty(*open_.back());  // its kind stays
      elided_from_ = 0;
    } else if (is_eliding()) {
      empty(*open_.back());
      *open_.back() = nullptr;
    }
    open_.pop_back();
    return true;
  }
  // Within what is elided only what is open is kept: enough to see duplicate keys.
  bool is_eliding() const { return elided_from_ != 0; }

  std::string_view text_;
  std::string_view what_;
  std::size_t depth_max_;
  std::optional<std::string_view> elided_member_;
  std::size_t elided_from_;  // how many were open when what is elided began; 0: outside it
  std::size_t values_ = 0;   // that are kept now
  Json root_;
  std::vector<Json*> open_;  // a parent grows only while none of its children is open
  std::string key_;
  std::optional<Error> error_;
};

Result<Json> parse(std::string_view text, std::string_view what, std::size_t bytes_max,
                   std::size_t depth_max, const Elided& elided) {
  if (text.size() > bytes_max) {
    return invalid_request("JSON_TOO_LARGE",
                           fmt::format("{}: {} bytes, at most {}", what, text.size(), bytes_max));
  }
  // The library passes over a byte order mark, which RFC 8259 8.1 forbids and others refuse.
  if (text.starts_with("\xEF\xBB\xBF")) {
    return invalid_request("JSON_MALFORMED",
                           fmt::format("{}: begins with a byte order mark", what));
  }
  // It also takes a NUL for the end, whatever follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return invalid_request("JSON_MALFORMED", fmt::format("{}: not JSON at byte {}", what, nul));
  }
  StrictReader reader(text, what, depth_max, elided);
  const bool parsed = Json::sax_parse(text.begin(), text.end(), &reader);
  return std::move(reader).finish(parsed);
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view what, std::size_t bytes_max,
                        std::size_t depth_max) {
  return parse(text, what, bytes_max, depth_max, {});
}

Result<Json> parse_json_but(std::string_view elided_member, std::string_view text,
                            std::string_view what, std::size_t bytes_max, std::size_t depth_max) {
  return parse(text, what, bytes_max, depth_max, {.member = elided_member});
}

Result<void> check_json(std::string_view text, std::string_view what, std::size_t bytes_max,
                        std::size_t depth_max) {
  TRY(parse(text, what, bytes_max, depth_max, {.is_all = true}));
  return {};
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace chancery
