#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "cli/cli.h"

int main(int argc, char** argv) {
  // No result may depend on where it was made. Archives are read by a library that asks for local
  // times, and without TZ the C library would read the machine's zone anew for each of them.
  ::setenv("TZ", "UTC0", 1);
  ::tzset();
  return pugmark::run_cli(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
}
