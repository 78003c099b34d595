#include "base/processor.h"

namespace pugmark {

bool has_avx2() {
  static const bool has_all = __builtin_cpu_supports("avx2") > 0 &&
                              __builtin_cpu_supports("bmi") > 0 &&
                              __builtin_cpu_supports("bmi2") > 0;
  return has_all;
}

}  // namespace pugmark
