#pragma once

namespace pugmark {

// Whether this processor has AVX2, BMI1 and BMI2: what code is compiled for that looks at 32 bytes
// at a time. Asked for together, so that no caller forgets one. Thread-safe.
bool has_avx2();

}  // namespace pugmark
