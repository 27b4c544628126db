// What goes with its owner: a handle for one piece of work, or memory of tpm2-tss.
#pragma once

#include <tss2/tss2_esys.h>

#include <memory>
#include <utility>

namespace chancery::tpm {

template <typename T>
std::unique_ptr<T, void (*)(void*)> owned(T* from_esys) {
  return {from_esys, Esys_Free};
}

// For work within Device::run().
class Held {
 public:
  enum class End { flush, close };  // a persistent key stays, and only its handle is closed

  Held(ESYS_CONTEXT* esys, ESYS_TR handle, End end = End::flush)
      : esys_(esys), handle_(handle), end_(end) {}
  ~Held() {
    if (handle_ == ESYS_TR_NONE) return;
    if (end_ == End::flush) {
      static_cast<void>(Esys_FlushContext(esys_, handle_));
    } else {
      static_cast<void>(Esys_TR_Close(esys_, &handle_));
    }
  }
  Held(Held&& other) noexcept
      : esys_(other.esys_), handle_(std::exchange(other.handle_, ESYS_TR_NONE)), end_(other.end_) {}
  Held& operator=(Held&&) = delete;
  ESYS_TR handle() const { return handle_; }

 private:
  ESYS_CONTEXT* esys_;
  ESYS_TR handle_;
  End end_;
};

}  // namespace chancery::tpm
