// RFC 7512 URIs, read more strictly than p11-kit does.
#pragma once

#include <p11-kit/uri.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace chancery::pkcs11 {

// Names tokens, or keys. p11-kit takes unknown and doubled attributes, empty ones and PINs, and
// leaves out white space; each of these is refused here, or a slip would name another token or key
// than was meant.
class Uri {
 public:
  enum class Names {
    token,  // token, serial, manufacturer, model
    key,    // besides these: object, id, and type=private
  };

  // Error: invalid_request PKCS11_URI_INVALID.
  static Result<Uri> parse(std::string_view text, Names names);

  bool matches(const CK_TOKEN_INFO& token) const;
  std::optional<Bytes> label() const;
  std::optional<Bytes> id() const;
  const std::string& text() const { return text_; }

 private:
  Uri(std::shared_ptr<P11KitUri> uri, std::string text)
      : uri_(std::move(uri)), text_(std::move(text)) {}
  std::optional<Bytes> attribute(CK_ATTRIBUTE_TYPE type) const;

  std::shared_ptr<P11KitUri> uri_;
  std::string text_;
};

}  // namespace chancery::pkcs11
