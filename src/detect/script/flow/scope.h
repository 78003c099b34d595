#pragma once

#include "detect/script/flow/interpreter.h"

namespace pugmark::script {

// The local variables of one call; gone with it.
class Interpreter::Scope {
 public:
  Scope(Interpreter& interpreter, bool sees_callers)
      : interpreter_(interpreter),
        outer_scope_(interpreter.scope_),
        outer_sees_callers_(interpreter.sees_callers_),
        bindings_before_(interpreter.bindings_.size()) {
    interpreter_.scope_ = static_cast<std::uint32_t>(interpreter_.call_depth_ + 1);
    interpreter_.sees_callers_ = sees_callers;
    ++interpreter_.call_depth_;
  }
  ~Scope() {
    while (interpreter_.bindings_.size() > bindings_before_) {
      const Binding& binding = interpreter_.bindings_.back();
      interpreter_.tops_[binding.name] = binding.below;
      interpreter_.bindings_.pop_back();
    }
    if (!interpreter_.parts_referred_.empty())
      interpreter_.forget_referred_parts(interpreter_.scope_);
    interpreter_.scope_ = outer_scope_;
    interpreter_.sees_callers_ = outer_sees_callers_;
    --interpreter_.call_depth_;
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Interpreter& interpreter_;
  std::uint32_t outer_scope_;
  bool outer_sees_callers_;
  std::size_t bindings_before_;
};

}  // namespace pugmark::script
