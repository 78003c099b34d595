// C#, Java, JScript and cfscript: tokens and tree of any bytes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "detect/script/parse_testing.h"

using namespace pugmark;
using script::Language;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  // Bytes may be viewed as std::byte.
  const std::string_view text = as_text({reinterpret_cast<const std::byte*>(data), size_bytes});
  for (const Language language :
       {Language::kCSharp, Language::kJava, Language::kJScript, Language::kCfScript})
    script::testing::hold_to_promises(script::tokenise_braces, script::parse_braces, language,
                                      text);
  return 0;
}
