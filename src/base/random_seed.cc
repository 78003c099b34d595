#include "base/random_seed.h"

#include <random>

namespace pugmark {

std::uint64_t random_seed() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32U | device();
}

}  // namespace pugmark
