#include "backends/tpm/device.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#include <algorithm>

#include "backends/tpm/encoding.h"
#include "backends/tpm/failure.h"
#include "backends/tpm/held.h"
#include "backends/tpm/key_template.h"

namespace chancery::tpm {
namespace {

// More transient objects or sessions than any TPM holds.
constexpr std::uint32_t handles_max = 64;

}  // namespace

void Device::FreeTcti::operator()(TSS2_TCTI_CONTEXT* tcti) const { Tss2_TctiLdr_Finalize(&tcti); }

Device::Device(std::string tcti, std::optional<Secret> auth_value)
    : tcti_name_(std::move(tcti)), auth_value_(std::move(auth_value)) {}

Device::~Device() { disconnect(); }

Result<void> Device::connect() {
  if (esys_ != nullptr) return {};
  TSS2_TCTI_CONTEXT* tcti = nullptr;
  TSS2_RC code = Tss2_TctiLdr_Initialize(tcti_name_.c_str(), &tcti);
  tcti_.reset(tcti);
  ESYS_CONTEXT* esys = nullptr;
  if (code == TSS2_RC_SUCCESS) code = Esys_Initialize(&esys, tcti, nullptr);
  esys_.reset(esys);
  if (code != TSS2_RC_SUCCESS) {
    disconnect();
    return unavailable("TPM_ABSENT", fmt::format("cannot reach the TPM at {}: {}", tcti_name_,
                                                 Tss2_RC_Decode(code)));
  }
  ++generation_;
  // Firmware or kernel has done so already, and then this changes nothing; nobody does it for a TPM
  // that we reach directly and that was reset.
  static_cast<void>(Esys_Startup(esys, TPM2_SU_CLEAR));
  return {};
}

Result<void> Device::check_answer() {
  TPMS_TIME_INFO* time = nullptr;
  const TSS2_RC code = Esys_ReadClock(esys(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &time);
  Esys_Free(time);
  return check(code, "ask the TPM for its time");
}

void Device::disconnect() {
  unload_all();
  for (const auto& [handle, parent] : parents_) let_go(parent);
  parents_.clear();
  esys_.reset();
  tcti_.reset();
}

// What the TPM says to it does not matter: after a reset there is nothing to let go.
void Device::let_go(const Loaded& loaded) {
  ESYS_TR handle = loaded.handle;
  if (loaded.is_transient) {
    static_cast<void>(Esys_FlushContext(esys(), handle));
  } else {
    static_cast<void>(Esys_TR_Close(esys(), &handle));
  }
}

void Device::unload_all() {
  for (const Loaded& key : keys_) let_go(key);
  keys_.clear();
}

void Device::unload(std::string_view key_name) {
  const auto found = std::ranges::find(keys_, key_name, &Loaded::name);
  if (found == keys_.end()) return;
  let_go(*found);
  keys_.erase(found);
}

bool Device::cure(const Error& error, Tried& tried) {
  if (is_cured_by_reopening(error) && !tried.reopened) {
    tried.reopened = true;
    disconnect();
    return true;
  }
  if (error.reason == "TPM_PCRS_MOVED" && !tried.repeated) return tried.repeated = true;
  if (error.reason != "TPM_OUT_OF_MEMORY") return false;
  if (!tried.unloaded) {
    unload_all();
    return tried.unloaded = true;
  }
  if (tried.swept) return false;
  sweep();
  return tried.swept = true;
}

// What a client without a resource manager leaves behind when it is killed stays in the TPM until
// somebody removes it: our predecessor's keys too. A resource manager shows us only what is ours.
void Device::sweep() {
  disconnect();
  if (!connect().ok()) return;
  sweep_range(TPM2_TRANSIENT_FIRST);
  sweep_range(TPM2_LOADED_SESSION_FIRST);
}

void Device::sweep_range(std::uint32_t first) {
  TPMI_YES_NO more = TPM2_NO;
  TPMS_CAPABILITY_DATA* data = nullptr;
  if (Esys_GetCapability(esys(), ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, TPM2_CAP_HANDLES, first,
                         handles_max, &more, &data) != TSS2_RC_SUCCESS) {
    return;
  }
  const auto owned_data = owned(data);
  for (std::uint32_t i = 0; i < data->data.handles.count; ++i) {
    ESYS_TR handle = ESYS_TR_NONE;
    if (Esys_TR_FromTPMPublic(esys(), data->data.handles.handle[i], ESYS_TR_NONE, ESYS_TR_NONE,
                              ESYS_TR_NONE, &handle) == TSS2_RC_SUCCESS) {
      static_cast<void>(Esys_FlushContext(esys(), handle));
    }
  }
}

Result<ESYS_TR> Device::persistent(std::uint32_t handle) {
  ESYS_TR out = ESYS_TR_NONE;
  TRY(check(Esys_TR_FromTPMPublic(esys(), handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &out),
            fmt::format("find handle 0x{:x}", handle)));
  return out;
}

Result<ESYS_TR> Device::make_storage_key() {
  const TPM2B_PUBLIC wanted = storage_key_template();
  const TPM2B_SENSITIVE_CREATE sensitive{};
  const TPM2B_DATA outside{};
  const TPML_PCR_SELECTION pcrs{};
  ESYS_TR out = ESYS_TR_NONE;
  const TSS2_RC code = Esys_CreatePrimary(esys(), ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                          ESYS_TR_NONE, &sensitive, &wanted, &outside, &pcrs, &out,
                                          nullptr, nullptr, nullptr, nullptr);
  // No value of a key's was refused: it may be right.
  if (is_auth_refused(code)) {
    return unavailable(
        "TPM_OWNER_AUTH_SET",
        "cannot make the storage key, under which keys in files lie: the TPM's owner "
        "hierarchy has a password; take it off (tpm2_changeauth -c owner -p "
        "PASSWORD), or use keys that stay in the TPM (persistent)");
  }
  TRY(check(code, "make the storage key"));
  return out;
}

Result<ESYS_TR> Device::parent(std::uint32_t handle) {
  const auto found = parents_.find(handle);
  if (found != parents_.end()) return found->second.handle;
  const bool is_standard = handle == TPM2_RH_OWNER;
  const ESYS_TR made = TRY(is_standard ? make_storage_key() : persistent(handle));
  parents_.emplace(handle, Loaded{{}, made, is_standard});
  return made;
}

Result<TPM2B_PUBLIC> Device::read_public(const Key& key) {
  const ESYS_TR handle = TRY(load(key));
  TPM2B_PUBLIC* read = nullptr;
  TRY(check(Esys_ReadPublic(esys(), handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &read,
                            nullptr, nullptr),
            fmt::format("read {}", key.place)));
  return *owned(read);
}

bool Device::is_replaced(const Key& key) {
  const Result<TPM2B_PUBLIC> now = read_public(key);
  if (!now.ok()) return false;  // then that is what the next try meets
  const Result<Bytes> spki = spki_of(now->publicArea, key.place);
  return !spki.ok() || !equal(*spki, key.info.spki);
}

TPM2B_AUTH Device::auth_value() const {
  TPM2B_AUTH out{};
  if (!auth_value_) return out;
  const ByteView bytes = auth_value_->view();
  out.size = static_cast<UINT16>(std::min(bytes.size(), sizeof out.buffer));
  std::copy_n(bytes.begin(), out.size, out.buffer);
  return out;
}

Result<Device::Loaded> Device::load_anew(const Key& key) {
  const std::string what = fmt::format("load {}", key.place);
  Loaded out{key.info.name, ESYS_TR_NONE, key.blob.has_value()};
  if (key.blob) {
    const ESYS_TR under = TRY(parent(key.blob->parent));
    const TSS2_RC code = Esys_Load(esys(), under, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                                   &key.blob->private_area, &key.blob->public_area, &out.handle);
    if (is_about_parameter(code)) return blob_refused(code, what);
    TRY(check(code, what));
  } else {
    out.handle = TRY(persistent(key.handle));
  }
  if (key.has_auth_value) {
    TPM2B_AUTH value = auth_value();
    const TSS2_RC code = Esys_TR_SetAuth(esys(), out.handle, &value);
    OPENSSL_cleanse(&value, sizeof value);
    TRY(check(code, what));
  }
  return out;
}

Result<ESYS_TR> Device::load(const Key& key) {
  const auto found = std::ranges::find(keys_, key.info.name, &Loaded::name);
  if (found != keys_.end()) return found->handle;
  keys_.push_back(TRY(load_anew(key)));
  if (key.blob || key.info.spki.empty()) return keys_.back().handle;
  // Whoever may write the TPM may have put another key there since.
  if (!is_replaced(key)) return keys_.back().handle;
  unload(key.info.name);
  return unavailable("KEY_CHANGED", fmt::format("{} is another key than before", key.place));
}

}  // namespace chancery::tpm
