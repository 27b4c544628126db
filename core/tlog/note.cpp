#include "core/tlog/note.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/base/encoding.h"
#include "core/base/limits/bundles.h"
#include "core/base/utf8.h"

namespace chancery::tlog {
namespace {

constexpr std::string_view line_start = "\xe2\x80\x94 ";  // em dash, space
constexpr std::size_t key_id_bytes = 4;

Error bad_note(std::string_view what) {
  return invalid_request("NOTE_MALFORMED", fmt::format("signed note: {}", what));
}
Error bad_checkpoint(std::string_view what) {
  return invalid_request("CHECKPOINT_MALFORMED", fmt::format("checkpoint: {}", what));
}

Error bad_key_name() {
  return invalid_request("NOTE_KEY_NAME_INVALID",
                         "a log's name must not be empty, nor have spaces or a plus in it");
}

// C2SP signed-note: "MUST be valid UTF-8 and MUST NOT contain any ASCII control characters
// (those below U+0020) other than newline".
bool is_note_text(std::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> code_point = take_code_point(text);
    if (!code_point || (*code_point < 0x20 && *code_point != '\n')) return false;
  }
  return true;
}

// C2SP signed-note: "MUST be non-empty and MUST NOT contain any Unicode spaces or plus".
bool is_key_name(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const std::optional<char32_t> code_point = take_code_point(name);
    if (!code_point || *code_point < 0x20 || *code_point == '+' || is_unicode_space(*code_point)) {
      return false;
    }
  }
  return true;
}

// The next line without its newline; nothing where none ends.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<NoteSignature> parse_signature_line(std::string_view line) {
  if (!line.starts_with(line_start)) return bad_note("a signature line begins with \"\u2014 \"");
  line.remove_prefix(line_start.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return bad_note("a signature line without a signature");
  const std::string_view name = line.substr(0, space);
  if (!is_key_name(name)) return bad_note("a key name is empty or has a space or plus");
  const Result<Bytes> blob = base64_decode(line.substr(space + 1));
  if (!blob.ok()) return bad_note("a signature is not base64");
  if (blob->size() <= key_id_bytes) return bad_note("a signature shorter than its key id");
  NoteSignature signature{std::string(name), {}, {blob->begin() + key_id_bytes, blob->end()}};
  std::copy_n(blob->begin(), key_id_bytes, signature.key_id.begin());
  return signature;
}

// Decimal without sign or leading zeros, as it would be written.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return size;
}

}  // namespace

Result<Note> parse_note(std::string_view envelope) {
  if (envelope.size() > limits::checkpoint_bytes_max) {
    return invalid_request("NOTE_TOO_LARGE",
                           fmt::format("signed note: {} bytes, at most {}", envelope.size(),
                                       limits::checkpoint_bytes_max));
  }
  if (!is_note_text(envelope)) return bad_note("not UTF-8, or control characters in it");
  // C2SP signed-note: "the text is separated from the signatures by the last empty line".
  const std::size_t split = envelope.rfind("\n\n");
  if (split == std::string_view::npos) return bad_note("no empty line before the signatures");
  Note note{std::string(envelope.substr(0, split + 1)), {}};
  std::string_view lines = envelope.substr(split + 2);
  if (lines.empty()) return bad_note("no signature line");
  while (!lines.empty()) {
    const std::optional<std::string_view> line = take_line(lines);
    if (!line) return bad_note("the last line does not end");
    if (note.signatures.size() == limits::checkpoint_signatures_max) {
      return invalid_request(
          "NOTE_TOO_MANY_SIGNATURES",
          fmt::format("signed note: more than {} signatures", limits::checkpoint_signatures_max));
    }
    note.signatures.push_back(TRY(parse_signature_line(*line)));
  }
  return note;
}

std::string signature_line(const NoteSignature& signature) {
  Bytes blob(signature.key_id.begin(), signature.key_id.end());
  append(blob, signature.signature);
  std::string line(line_start);
  line += signature.name;
  line += ' ';
  base64_append(line, blob);
  line += '\n';
  return line;
}

std::string write_note(const Note& note) {
  std::string envelope = note.text;
  envelope += '\n';
  for (const NoteSignature& signature : note.signatures) envelope += signature_line(signature);
  return envelope;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  const auto origin = take_line(text);
  if (!origin || origin->empty()) return bad_checkpoint("no origin in the first line");
  const auto size_line = take_line(text);
  const auto size = size_line ? parse_size(*size_line) : std::nullopt;
  if (!size) return bad_checkpoint("no tree size in the second line");
  const auto root_line = take_line(text);
  const Result<Bytes> root = base64_decode(root_line.value_or(""));
  if (!root.ok() || root->size() != Hash{}.size()) {
    return bad_checkpoint("no SHA-256 root hash in the third line");
  }
  Checkpoint checkpoint{std::string(*origin), *size, {}, {}};
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  while (!text.empty()) {
    const auto extension = take_line(text);
    // C2SP tlog-checkpoint: "Extension lines, if any, MUST be non-empty."
    if (!extension || extension->empty()) return bad_checkpoint("an empty or unfinished line");
    checkpoint.extensions.emplace_back(*extension);
  }
  return checkpoint;
}

std::string checkpoint_text(const Checkpoint& checkpoint) {
  std::string text = fmt::format("{}\n{}\n", checkpoint.origin, checkpoint.size);
  base64_append(text, checkpoint.root);
  text += '\n';
  for (const std::string& extension : checkpoint.extensions) text += extension + '\n';
  return text;
}

NoteKey::NoteKey(std::string name, PublicKey key, Sha256 id)
    : name_(std::move(name)), key_(std::move(key)), id_(id) {}

Result<NoteKey> NoteKey::make(std::string name, PublicKey key) {
  if (!is_key_name(name)) return bad_key_name();
  if (key.algorithm() == Algorithm::ed25519) {
    const Bytes raw = TRY(key.ed25519_bytes());
    const Sha256 id = sha256({as_bytes(name), as_bytes("\n\x01"), raw});
    return NoteKey(std::move(name), std::move(key), id);
  }
  if (is_rsa(key.algorithm())) {
    const Sha256 id = sha256({as_bytes(name),
                              as_bytes("\n\xff"
                                       "PKIX-RSA-PKCS#1v1.5"),
                              key.spki()});
    return NoteKey(std::move(name), std::move(key), id);
  }
  return make_with_spki_id(std::move(name), std::move(key));
}

Result<NoteKey> NoteKey::make_with_spki_id(std::string name, PublicKey key) {
  if (!is_key_name(name)) return bad_key_name();
  const Sha256 id = sha256(key.spki());
  return NoteKey(std::move(name), std::move(key), id);
}

Result<void> verify_note(const Note& note, const NoteKey& key) {
  bool is_signed = false;
  for (const NoteSignature& line : note.signatures) {
    if (line.name != key.name() || line.key_id != key.short_id()) continue;
    const PublicKey& public_key = key.key();
    if (!public_key.verify_message(public_key.algorithm(), as_bytes(note.text), line.signature)
             .ok()) {
      return invalid_request("CHECKPOINT_SIGNATURE_INVALID",
                             fmt::format("the signature of \"{}\" under the checkpoint does not "
                                         "verify with its key",
                                         key.name()));
    }
    is_signed = true;
  }
  if (is_signed) return {};
  return invalid_request("CHECKPOINT_NOT_SIGNED_BY_LOG",
                         fmt::format("no signature of \"{}\" with key id {} under the checkpoint",
                                     key.name(), hex_encode(key.short_id())));
}

Result<Checkpoint> read_checkpoint(std::string_view envelope, const NoteKey& key) {
  const Note note = TRY(parse_note(envelope));
  TRY(verify_note(note, key));
  Checkpoint checkpoint = TRY(parse_checkpoint(note.text));
  if (checkpoint.origin != key.name()) {
    return invalid_request("CHECKPOINT_ORIGIN_WRONG",
                           fmt::format("the checkpoint is of another log than \"{}\"", key.name()));
  }
  return checkpoint;
}

}  // namespace chancery::tlog
