// expect: ignoring returned value of type 'pugmark::Status'
// A Status cannot be dropped, for the same reason as a Result.
#include "base/result.h"

pugmark::Status act();
bool use();

bool use() {
#ifdef MISUSE
  act();
  return true;
#else
  return act().ok();
#endif
}
