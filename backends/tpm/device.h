// One TPM: the connection, what is loaded in it, and how it is brought back after a fault.
#pragma once

#include <tss2/tss2_esys.h>

#include <list>
#include <map>
#include <memory>
#include <string>

#include "backends/secret.h"
#include "backends/tpm/key.h"

namespace chancery::tpm {

// One thread. Everything that was loaded dies with a reset of the TPM, so each piece of work runs
// through run(), which opens the TPM anew where that is the cure.
class Device {
 public:
  Device(std::string tcti, std::optional<Secret> auth_value);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  // Does the work on an open TPM; once more after each cure that fits its error. The work must ask
  // again for every handle it uses. Errors besides the work's own: unavailable TPM_ABSENT.
  template <typename Work>
  auto run(Work work, Deadline deadline) -> decltype(work()) {
    Tried tried;
    for (;;) {
      const Result<void> connected = connect();
      decltype(work()) outcome = connected.ok() ? work() : decltype(work())(connected.error());
      if (outcome.ok() || deadline.passed() || !cure(outcome.error(), tried)) return outcome;
    }
  }

  // The rest is for work within run().
  ESYS_CONTEXT* esys() const { return esys_.get(); }
  // Whether the TPM does as it is told: one in failure mode does not, nor one that is not started.
  Result<void> check_answer();
  // Counts connections: sessions of another one are dead.
  std::uint64_t generation() const { return generation_; }
  // The key that others are stored under: TPM2_RH_OWNER stands for the standard one.
  Result<ESYS_TR> parent(std::uint32_t handle);
  // Loads the key unless it is loaded. Errors: corrupt KEY_FILE_DAMAGED; unavailable KEY_CHANGED
  // (another key lies under its handle).
  Result<ESYS_TR> load(const Key& key);
  // Whether what is under its handle is another key by now: without a resource manager, one that
  // others unloaded may have given its number to a key of theirs.
  bool is_replaced(const Key& key);
  // The public area of a persistent key.
  Result<TPM2B_PUBLIC> read_public(const Key& key);
  // Empty where none is configured.
  TPM2B_AUTH auth_value() const;
  ByteView auth_bytes() const { return auth_value_ ? auth_value_->view() : ByteView(); }
  void unload(std::string_view key_name);

 private:
  // The cures that one piece of work has had: each at most once.
  struct Tried {
    bool reopened = false;
    bool unloaded = false;
    bool swept = false;
    bool repeated = false;
  };
  struct FreeTcti {
    void operator()(TSS2_TCTI_CONTEXT* tcti) const;
  };
  struct FreeEsys {
    void operator()(ESYS_CONTEXT* esys) const { Esys_Finalize(&esys); }
  };
  struct Loaded {
    std::string name;
    ESYS_TR handle;
    bool is_transient;
  };

  Result<void> connect();
  void disconnect();
  bool cure(const Error& error, Tried& tried);
  void unload_all();
  void sweep();
  void sweep_range(std::uint32_t first);
  void let_go(const Loaded& loaded);
  Result<ESYS_TR> persistent(std::uint32_t handle);
  Result<ESYS_TR> make_storage_key();
  Result<Loaded> load_anew(const Key& key);

  std::string tcti_name_;
  std::optional<Secret> auth_value_;
  std::unique_ptr<TSS2_TCTI_CONTEXT, FreeTcti> tcti_;
  std::unique_ptr<ESYS_CONTEXT, FreeEsys> esys_;
  std::uint64_t generation_ = 0;
  std::map<std::uint32_t, Loaded> parents_;
  std::list<Loaded> keys_;
};

}  // namespace chancery::tpm
