#include "backends/tpm/endorsement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "backends/tpm/failure.h"
#include "backends/tpm/held.h"
#include "core/base/limits/key_hosts.h"

namespace chancery::tpm {
namespace {

// TCG EK Credential Profile, "NV index assignments": RSA-2048 and P-256 of the low range; RSA-2048,
// P-256, P-384, P-521, RSA-3072 and RSA-4096 of the high one.
constexpr std::array<std::uint32_t, 8> indices = {0x01c00002, 0x01c0000a, 0x01c00012, 0x01c00014,
                                                  0x01c00016, 0x01c00018, 0x01c0001c, 0x01c0001e};
// The same: the issuers' certificates, one behind the other through successive indices.
constexpr std::uint32_t chain_first = 0x01c00100;
constexpr std::uint32_t chain_last = 0x01c001ff;
// What each TPM gives in one answer (TPM 2.0 Part 2: MAX_NV_BUFFER_SIZE is larger on all known).
constexpr std::uint16_t chunk_bytes = 512;

class NvIndex {
 public:
  NvIndex(ESYS_CONTEXT* esys, ESYS_TR handle) : esys_(esys), handle_(handle) {}
  ~NvIndex() { static_cast<void>(Esys_TR_Close(esys_, &handle_)); }
  NvIndex(const NvIndex&) = delete;
  NvIndex& operator=(const NvIndex&) = delete;

  Result<Bytes> read() const {
    TPM2B_NV_PUBLIC* about = nullptr;
    TRY(check(Esys_NV_ReadPublic(esys_, handle_, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &about,
                                 nullptr),
              what));
    const auto owned_about = owned(about);
    Bytes out;
    while (out.size() < about->nvPublic.dataSize) {
      const auto offset = static_cast<std::uint16_t>(out.size());
      const auto rest = static_cast<std::uint16_t>(about->nvPublic.dataSize - offset);
      TPM2B_MAX_NV_BUFFER* piece = nullptr;
      TRY(check(Esys_NV_Read(esys_, handle_, handle_, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                             std::min(rest, chunk_bytes), offset, &piece),
                what));
      const auto owned_piece = owned(piece);
      if (piece->size == 0) break;
      out.insert(out.end(), piece->buffer, piece->buffer + piece->size);
    }
    return out;
  }

 private:
  static constexpr std::string_view what = "read an endorsement certificate";
  ESYS_CONTEXT* esys_;
  ESYS_TR handle_;
};

// X.690 8.1.3: a SEQUENCE whose length has two bytes. Nothing where something else begins there;
// more than there is where the certificate is cut.
std::optional<std::size_t> certificate_size(ByteView content) {
  constexpr std::size_t header_bytes = 4;
  if (content.size() < header_bytes || content[0] != 0x30 || content[1] != 0x82)
    return std::nullopt;
  return header_bytes + (static_cast<std::size_t>(content[2]) << 8 | content[3]);
}

// Takes whole certificates off the front. What is left is the beginning of another one, or nothing:
// makers pad their indices.
void take_certificates(Bytes& content, std::vector<Bytes>& out) {
  while (const auto size = certificate_size(content)) {
    if (*size > content.size()) return;
    const auto end = content.begin() + static_cast<std::ptrdiff_t>(*size);
    out.emplace_back(content.begin(), end);
    content.erase(content.begin(), end);
  }
  content.clear();
}

// Empty where there is no such index.
Result<Bytes> read_index(ESYS_CONTEXT* esys, std::uint32_t index) {
  ESYS_TR handle = ESYS_TR_NONE;
  const TSS2_RC code =
      Esys_TR_FromTPMPublic(esys, index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &handle);
  if (is_unknown_handle(code)) return Bytes();
  TRY(check(code, fmt::format("find index 0x{:x}", index)));
  return NvIndex(esys, handle).read();
}

}  // namespace

Result<std::vector<Bytes>> endorsement_certificates(Device& device) {
  std::vector<Bytes> out;
  for (const std::uint32_t index : indices) {
    Bytes content = TRY(read_index(device.esys(), index));
    take_certificates(content, out);
  }
  Bytes chain;
  for (std::uint32_t index = chain_first; index <= chain_last; ++index) {
    const Bytes content = TRY(read_index(device.esys(), index));
    if (content.empty() || out.size() >= limits::attestation_parts_max) break;
    append(chain, content);
    take_certificates(chain, out);
  }
  return out;
}

}  // namespace chancery::tpm
