#pragma once

#include <cstdint>

namespace pugmark {

// For hash tables whose keys an intruder chooses: differs from table to table and from run to run,
// so that nobody can prepare keys whose hashes collide. Nothing that is written may depend on it.
// Thread-safe.
std::uint64_t random_seed();

}  // namespace pugmark
