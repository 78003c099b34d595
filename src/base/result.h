#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace pugmark {

// The kinds of failure a caller can tell apart. When two fit, the earlier one wins.
enum class ErrorCode : std::uint8_t {
  kInvalidInput,  // what the user gave (a rule, an option, a value) is not well formed
  kNotFound,      // a named thing does not exist
  kUnsupported,   // well formed, but this program has no reader for it
  kDamaged,       // evidence or a case whose bytes contradict its format
  kLimit,         // a named limit of base/limits.h was reached
  kIo,            // the operating system refused: permission, full disk, failing device
};

// The name used in messages and JSON, for instance "invalid-input".
const char* to_string(ErrorCode code);

// Why something could not be done. `message` is a full sentence: where, what was found and what was
// expected. `hint` says what to do about it and may be empty.
struct Error {
  ErrorCode code = ErrorCode::kInvalidInput;
  std::string message;
  std::string hint;
};

// A value or the reason why there is none. Failure in this program travels as a Result; damage in
// evidence is data (a Gap); a mistake of ours is an assert. No exception crosses a room.
// Not thread-safe; owns its value. value() and error() assert that the asked-for side is there.
template <class T>
class [[nodiscard]] Result {
 public:
  // `return value;` and `return Error{...};` both make a Result.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: by design
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: by design

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T& value() & {
    assert(ok());
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    assert(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  const Error& error() const& {
    assert(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(state_.index() == 1);
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  std::variant<T, Error> state_;
};

// Success without a value, or the reason for failure.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : failed_(true), error_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    assert(failed_);
    return error_;
  }
  Error&& error() && {
    assert(failed_);
    return std::move(error_);
  }

 private:
  bool failed_ = false;
  Error error_;
};

inline const char* to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidInput: return "invalid-input";
    case ErrorCode::kNotFound: return "not-found";
    case ErrorCode::kUnsupported: return "unsupported";
    case ErrorCode::kDamaged: return "damaged";
    case ErrorCode::kLimit: return "limit";
    case ErrorCode::kIo: return "io";
  }
  return "unknown";
}

}  // namespace pugmark
