#include "backends/tpm/endorsement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "backends/tpm/failure.h"

namespace chancery::tpm {
namespace {

// TCG EK Credential Profile 2.2.1.4 and 2.2.1.5: RSA-2048, P-256, P-384.
constexpr std::array<std::uint32_t, 3> indices = {0x01c00002, 0x01c0000a, 0x01c00016};
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
    const std::unique_ptr<TPM2B_NV_PUBLIC, void (*)(void*)> owned(about, Esys_Free);
    Bytes out;
    while (out.size() < about->nvPublic.dataSize) {
      const auto offset = static_cast<std::uint16_t>(out.size());
      const auto rest = static_cast<std::uint16_t>(about->nvPublic.dataSize - offset);
      TPM2B_MAX_NV_BUFFER* piece = nullptr;
      TRY(check(Esys_NV_Read(esys_, handle_, handle_, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                             std::min(rest, chunk_bytes), offset, &piece),
                what));
      const std::unique_ptr<TPM2B_MAX_NV_BUFFER, void (*)(void*)> owned_piece(piece, Esys_Free);
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

// Makers pad the index: what follows the certificate's own length is cut off. Empty where it is
// none: X.690 8.1.3, a SEQUENCE whose length has two bytes.
Bytes cut_to_certificate(Bytes content) {
  constexpr std::size_t header_bytes = 4;
  if (content.size() < header_bytes || content[0] != 0x30 || content[1] != 0x82) return {};
  const std::size_t size = header_bytes + (static_cast<std::size_t>(content[2]) << 8 | content[3]);
  if (size > content.size()) return {};
  content.resize(size);
  return content;
}

}  // namespace

Result<std::vector<Bytes>> endorsement_certificates(Device& device) {
  std::vector<Bytes> out;
  for (const std::uint32_t index : indices) {
    ESYS_TR handle = ESYS_TR_NONE;
    const TSS2_RC code = Esys_TR_FromTPMPublic(device.esys(), index, ESYS_TR_NONE, ESYS_TR_NONE,
                                               ESYS_TR_NONE, &handle);
    if (is_unknown_handle(code)) continue;
    TRY(check(code, fmt::format("find index 0x{:x}", index)));
    const NvIndex opened(device.esys(), handle);
    Bytes certificate = cut_to_certificate(TRY(opened.read()));
    if (!certificate.empty()) out.push_back(std::move(certificate));
  }
  return out;
}

}  // namespace chancery::tpm
