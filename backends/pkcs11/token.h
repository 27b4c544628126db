// One token, shared by the threads of a key host.
#pragma once

#include <cstdint>
#include <mutex>
#include <shared_mutex>

#include "backends/pkcs11/connection.h"

namespace chancery::pkcs11 {

// Thread-safe. Signatures go on side by side, a session each. What seems lost is repaired in the
// one way that helps with every token: C_Finalize and all anew, while nobody is inside the module.
class Token {
 public:
  // Errors: as backends/pkcs11/pkcs11.h's `open`.
  static Result<std::unique_ptr<Token>> open(Options options, std::size_t sessions_max);
  ~Token();

  std::size_t session_count() const;
  std::vector<KeyInfo> keys() const;
  std::vector<UnusableKey> unusable_keys() const;

  // As KeyBackend::sign. Also unavailable KEY_CHANGED.
  Result<Bytes> sign(std::string_view key_name, ByteView input, Deadline deadline);
  // As DeviceProbe::probe.
  Result<void> probe();
  // As KeyMaker::make_key and KeyRemover::remove_key.
  Result<KeyInfo> make_key(std::string_view name, Algorithm algorithm);
  Result<void> remove_key(std::string_view name);

 private:
  // How far one attempt came, on which connection.
  struct Attempt {
    enum class End { nothing_happened, has_signed, in_doubt };
    std::uint64_t connection;
    std::string_view call;
    CK_RV value;
    bool has_begun = false;  // the token was there to be asked for a signature
    End end = End::nothing_happened;
    Bytes signature = {};
  };

  Token(Module module, Options options, Login login, std::size_t sessions_max);
  // Inside the module, beside others.
  std::shared_lock<std::shared_mutex> enter() const;
  Result<void> connect_anew();
  Result<void> look_for_keys();
  Result<void> generate(std::string_view name, Algorithm algorithm);
  // Unless somebody else has, since `seen`. Errors: all unavailable.
  Result<void> repair(std::uint64_t seen);
  Result<KeyObject> find(std::string_view key_name) const;
  const UnusableKey* find_unusable(std::string_view key_name) const;
  std::optional<Attempt> look_for_token();
  Result<Attempt> try_once(std::string_view key_name, ByteView input, Deadline deadline);
  Result<void> run(Attempt& attempt, CK_SESSION_HANDLE session, const KeyObject& key,
                   const Bytes& input);
  Result<void> confirm(const View& view);

  Options options_;
  std::size_t sessions_max_;

  mutable std::mutex turnstile_;     // or those who sign would keep out who wants to repair
  mutable std::shared_mutex mutex_;  // shared: inside the module; alone: opening it anew
  Module module_;
  Login login_;
  std::mutex confirming_;  // login_, by those who sign
  std::optional<Connection> connection_;
  SessionPool sessions_;                     // of the connection, lent to those who sign
  std::uint64_t connections_ = 0;            // so many were tried
  std::optional<Error> trouble_;             // why there is none
  std::map<std::string, Bytes> first_seen_;  // each key's SPKI: a name never changes its key
};

}  // namespace chancery::pkcs11
