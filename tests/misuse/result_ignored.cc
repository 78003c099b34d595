// expect: ignoring returned value of type 'pugmark::Result<int>'
// A Result cannot be dropped: an error nobody looks at would be an error nobody hears of.
#include "base/result.h"

pugmark::Result<int> answer();
int use();

int use() {
#ifdef MISUSE
  answer();
  return 0;
#else
  const pugmark::Result<int> result = answer();
  return result.ok() ? result.value() : 0;
#endif
}
