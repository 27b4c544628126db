// Result<T>: a value, or an Error that must be looked at (docs/decisions/own-result.md).
#pragma once

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <utility>
#include <variant>

#include "core/base/error.h"

namespace chancery {

// Our own bugs end the process; systemd starts us again and the journal finishes the work.
#define CHANCERY_ASSERT(condition)                                                           \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: assertion failed: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value; asking for it after a failure is a bug.
  T& value() & { return checked(); }
  const T& value() const& { return const_cast<Result*>(this)->checked(); }
  T&& value() && { return std::move(checked()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  const Error& error() const {
    CHANCERY_ASSERT(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  T& checked() {
    CHANCERY_ASSERT(ok());
    return *std::get_if<0>(&state_);
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  void value() const { CHANCERY_ASSERT(ok()); }
  const Error& error() const {
    CHANCERY_ASSERT(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

// The value of `expression`, or return its Error from the enclosing function. One per expression,
// and none inside a list of initialisers: GCC forgets the values made before it.
#define TRY(expression)                                \
  __extension__({                                      \
    auto try_result_ = (expression);                   \
    if (!try_result_.ok()) return try_result_.error(); \
    std::move(try_result_).value();                    \
  })

}  // namespace chancery
