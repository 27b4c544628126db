#include "backends/pkcs11/token.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "backends/key_backend.h"
#include "backends/key_directory.h"
#include "backends/pkcs11/key_pair.h"
#include "backends/pkcs11/mechanism.h"
#include "backends/pkcs11/return_value.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::pkcs11 {
namespace {

// SoftHSM says no more than "failed" when its disk is full.
Error not_made(const Error& doubt) {
  return unavailable("KEY_NOT_MADE", fmt::format("{}, and its list says that it has not: it may "
                                                 "have no room",
                                                 doubt.message));
}

}  // namespace

Token::Token(Module module, Options options, Login login, std::size_t sessions_max)
    : options_(std::move(options)),
      sessions_max_(sessions_max),
      module_(std::move(module)),
      login_(std::move(login)) {}

Token::~Token() { module_.finalize(); }

Result<std::unique_ptr<Token>> Token::open(Options options, std::size_t sessions_max) {
  std::optional<Secret> pin = TRY(read_pin(options));
  std::optional<RejectedSecret> rejected;
  if (pin) {
    TRY(check_private_directory(options.directory));
    rejected = TRY(RejectedSecret::open(options.directory / rejected_pin_file));
  }
  Module module = TRY(Module::load(options.module));
  std::unique_ptr<Token> token(new Token(std::move(module), std::move(options),
                                         Login(std::move(pin), std::move(rejected)), sessions_max));
  TRY(token->connect_anew());
  return token;
}

std::shared_lock<std::shared_mutex> Token::enter() const {
  const std::lock_guard turn(turnstile_);
  return std::shared_lock(mutex_);
}

Result<void> Token::connect_anew() {
  ++connections_;
  connection_.reset();
  module_.finalize();
  const CK_RV value = module_.initialize();
  if (value != CKR_OK) return token_failed("C_Initialize", value);
  connection_ = TRY(connect(module_, options_, login_, sessions_max_));
  sessions_.fill(connection_->sessions);
  for (const auto& [name, key] : connection_->keys.usable) first_seen_.emplace(name, key.info.spki);
  return {};
}

Result<void> Token::look_for_keys() {
  connection_->keys =
      TRY(find_keys({module_, connection_->sessions.front()}, connection_->token, options_));
  for (const auto& [name, key] : connection_->keys.usable) first_seen_.emplace(name, key.info.spki);
  return {};
}

Result<void> Token::repair(std::uint64_t seen) {
  const std::lock_guard turn(turnstile_);
  const std::unique_lock lock(mutex_);
  if (connections_ == seen) {
    const Result<void> connected = connect_anew();
    trouble_ = connected.ok() ? std::nullopt : std::optional(connected.error());
  }
  if (!trouble_) return {};
  return unavailable(trouble_->reason, trouble_->message);
}

std::size_t Token::session_count() const {
  const std::shared_lock lock = enter();
  return connection_ ? connection_->sessions.size() : 0;
}

std::vector<KeyInfo> Token::keys() const {
  const std::shared_lock lock = enter();
  std::vector<KeyInfo> out;
  if (!connection_) return out;
  for (const auto& [name, key] : connection_->keys.usable) out.push_back(key.info);
  return out;
}

std::vector<UnusableKey> Token::unusable_keys() const {
  const std::shared_lock lock = enter();
  return connection_ ? connection_->keys.unusable : std::vector<UnusableKey>();
}

const UnusableKey* Token::find_unusable(std::string_view key_name) const {
  const auto& unusable = connection_->keys.unusable;
  const auto found = std::ranges::find(unusable, key_name, &UnusableKey::name);
  return found == unusable.end() ? nullptr : &*found;
}

Result<KeyObject> Token::find(std::string_view key_name) const {
  const auto found = connection_->keys.usable.find(key_name);
  if (found == connection_->keys.usable.end()) {
    if (const UnusableKey* key = find_unusable(key_name)) return key->why;
    return not_found("KEY_NOT_FOUND",
                     fmt::format("no key \"{}\" in {}", key_name, options_.token->text()));
  }
  if (first_seen_.at(found->first) != found->second.info.spki) {
    return unavailable("KEY_CHANGED",
                       fmt::format("the token has another key \"{}\" than before", key_name));
  }
  return found->second;
}

Result<Bytes> Token::sign(std::string_view key_name, ByteView input, Deadline deadline) {
  Attempt attempt = TRY(try_once(key_name, input, deadline));
  if (attempt.end == Attempt::End::nothing_happened && may_be_lost(attempt.value)) {
    TRY(repair(attempt.connection));
    attempt = TRY(try_once(key_name, input, deadline));
  }
  if (attempt.end == Attempt::End::has_signed) return std::move(attempt.signature);
  if (attempt.end == Attempt::End::nothing_happened) {
    return attempt.has_begun ? token_refused(attempt.call, attempt.value)
                             : token_failed(attempt.call, attempt.value);
  }
  // For those that come next: this one is not tried again.
  static_cast<void>(repair(attempt.connection));
  return outcome_unknown("SIGNING_IN_DOUBT", fmt::format("the token may have signed ({})",
                                                         describe(attempt.call, attempt.value)));
}

Result<Token::Attempt> Token::try_once(std::string_view key_name, ByteView input,
                                       Deadline deadline) {
  const std::shared_lock lock = enter();
  if (deadline.passed()) return too_late();
  Attempt attempt{.connection = connections_, .call = "C_OpenSession", .value = CKR_SESSION_CLOSED};
  if (!connection_) return attempt;
  const KeyObject key = TRY(find(key_name));
  const Bytes prepared = TRY(token_input(key.info.algorithm, input));
  const std::optional<SessionPool::Loan> loan = sessions_.borrow(deadline);
  if (!loan) return too_late();
  TRY(run(attempt, loan->session(), key, prepared));
  if (attempt.end == Attempt::End::has_signed) {
    attempt.signature = TRY(contract_signature(key.info.algorithm, std::move(attempt.signature)));
  }
  return attempt;
}

Result<void> Token::run(Attempt& attempt, CK_SESSION_HANDLE session, const KeyObject& key,
                        const Bytes& input) {
  Mechanism mechanism(key.info.algorithm);
  attempt.has_begun = true;
  attempt.call = "C_SignInit";
  attempt.value = module_->C_SignInit(session, mechanism.pointer(), key.handle);
  if (attempt.value != CKR_OK) return {};
  if (key.always_authenticate) TRY(confirm({module_, session}));
  attempt.call = "C_Sign";
  attempt.signature.resize(limits::signature_bytes_max);
  CK_ULONG size = attempt.signature.size();
  attempt.value = module_->C_Sign(session, const_cast<CK_BYTE*>(input.data()), input.size(),
                                  attempt.signature.data(), &size);
  if (attempt.value == CKR_OK && size <= attempt.signature.size()) {
    attempt.signature.resize(size);
    attempt.end = Attempt::End::has_signed;
  } else if (!cannot_have_signed(attempt.value)) {
    attempt.end = Attempt::End::in_doubt;
  }
  return {};
}

// Whatever is wrong with the PIN, nothing was signed.
Result<void> Token::confirm(const View& view) {
  const std::lock_guard lock(confirming_);
  const Result<void> confirmed = login_.confirm(view);
  if (confirmed.ok()) return {};
  const Error& why = confirmed.error();
  return unavailable(why.reason == "TOKEN_FAILED" ? "TOKEN_REFUSED" : why.reason, why.message);
}

// What it has to answer itself: SoftHSM opens sessions on a token that is gone, and has not its
// keys.
std::optional<Token::Attempt> Token::look_for_token() {
  const std::shared_lock lock = enter();
  Attempt attempt{.connection = connections_, .call = "C_OpenSession", .value = CKR_SESSION_CLOSED};
  if (!connection_) return attempt;
  const std::optional<SessionPool::Loan> loan = sessions_.borrow(Deadline::after({}));
  if (!loan) return std::nullopt;
  CK_SLOT_INFO slot{};
  attempt.call = "C_GetSlotInfo";
  attempt.value = module_->C_GetSlotInfo(connection_->token.slot, &slot);
  if (attempt.value != CKR_OK) return attempt;
  if ((slot.flags & CKF_TOKEN_PRESENT) == 0) attempt.value = CKR_TOKEN_NOT_PRESENT;
  if (attempt.value != CKR_OK || connection_->keys.usable.empty()) return attempt;
  CK_KEY_TYPE type = 0;
  CK_ATTRIBUTE wanted{CKA_KEY_TYPE, &type, sizeof type};
  attempt.call = "C_GetAttributeValue";
  attempt.value = module_->C_GetAttributeValue(
      loan->session(), connection_->keys.usable.begin()->second.handle, &wanted, 1);
  return attempt;
}

Result<void> Token::probe() {
  const std::optional<Attempt> attempt = look_for_token();
  if (!attempt || attempt->value == CKR_OK) return {};  // whoever signs finds out
  if (may_be_lost(attempt->value)) return repair(attempt->connection);
  return token_failed(attempt->call, attempt->value);
}

Result<KeyInfo> Token::make_key(std::string_view name, Algorithm algorithm) {
  const std::lock_guard turn(turnstile_);
  const std::unique_lock lock(mutex_);
  // Another program may have made it since, or a try of ours that was in doubt.
  if (!connection_ || !look_for_keys().ok()) TRY(connect_anew());
  if (connection_->keys.usable.contains(name) || find_unusable(name) != nullptr) {
    return invalid_request("KEY_EXISTS", fmt::format("the token has a key \"{}\"", name));
  }
  const Result<void> said = generate(name, algorithm);
  if (!said.ok() && said.error().code != ErrorCode::outcome_unknown) return said.error();
  // Where the token is vague about it, its list is not.
  const Result<void> listed = look_for_keys();
  if (!listed.ok() && !connect_anew().ok()) {
    return outcome_unknown(
        "KEY_MAKING_IN_DOUBT",
        fmt::format("{}, and then: {}", said.ok() ? "the token made the key" : said.error().message,
                    listed.error().message));
  }
  const auto made = connection_->keys.usable.find(name);
  if (made == connection_->keys.usable.end()) {
    if (!said.ok()) return not_made(said.error());
    return internal("TOKEN_FAILED",
                    fmt::format("the token made \"{}\" and does not list it", name));
  }
  first_seen_.insert_or_assign(made->first, made->second.info.spki);
  return made->second.info;
}

Result<void> Token::generate(std::string_view name, Algorithm algorithm) {
  const WritingSession session = TRY(WritingSession::open(module_, connection_->token.slot));
  return make_key_pair(session.view(), name, algorithm);
}

Result<void> Token::remove_key(std::string_view name) {
  const std::lock_guard turn(turnstile_);
  const std::unique_lock lock(mutex_);
  if (!connection_) TRY(connect_anew());
  const KeyObject key = TRY(find(name));
  const WritingSession session = TRY(WritingSession::open(module_, connection_->token.slot));
  TRY(destroy_key_pair(session.view(), key.handle));
  connection_->keys.usable.erase(key.info.name);
  first_seen_.erase(key.info.name);
  return {};
}

}  // namespace chancery::pkcs11
