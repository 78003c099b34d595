#include <algorithm>
#include <array>

#include "base/text.h"
#include "detect/indicators/classify.h"

namespace pugmark::indicators {
namespace {

struct Word {
  std::string_view word;  // lower case, nothing but letters and digits
  Hint hint;
};

// Types of MISP, names of columns of common exports, labels in reports.
constexpr auto kWords = std::to_array<Word>({
    // A table: one entry for each word.
    {"indicator", Hint::kNone},
    {"indicators", Hint::kNone},
    {"indicatorvalue", Hint::kNone},
    {"ioc", Hint::kNone},
    {"iocs", Hint::kNone},
    {"iocvalue", Hint::kNone},
    {"observable", Hint::kNone},
    {"value", Hint::kNone},
    {"hash", Hint::kHash},
    {"hashes", Hint::kHash},
    {"filehash", Hint::kHash},
    {"md5", Hint::kHash},
    {"md5hash", Hint::kHash},
    {"filehashmd5", Hint::kHash},
    {"sha1", Hint::kHash},
    {"sha1hash", Hint::kHash},
    {"filehashsha1", Hint::kHash},
    {"sha256", Hint::kHash},
    {"sha256hash", Hint::kHash},
    {"filehashsha256", Hint::kHash},
    {"ip", Hint::kAddress},
    {"ips", Hint::kAddress},
    {"ipv4", Hint::kAddress},
    {"ipv6", Hint::kAddress},
    {"ipv4addr", Hint::kAddress},
    {"ipv6addr", Hint::kAddress},
    {"ipaddr", Hint::kAddress},
    {"ipaddress", Hint::kAddress},
    {"ipaddresses", Hint::kAddress},
    {"address", Hint::kAddress},
    {"ipsrc", Hint::kAddress},
    {"ipdst", Hint::kAddress},
    {"srcip", Hint::kAddress},
    {"dstip", Hint::kAddress},
    {"sourceip", Hint::kAddress},
    {"destinationip", Hint::kAddress},
    {"clientip", Hint::kAddress},
    {"ipsrcport", Hint::kAddress},
    {"ipdstport", Hint::kAddress},
    {"ipport", Hint::kAddress},
    {"network", Hint::kAddress},
    {"cidr", Hint::kAddress},
    {"subnet", Hint::kAddress},
    {"iprange", Hint::kAddress},
    {"c2", Hint::kDomain},
    {"cc", Hint::kDomain},
    {"domain", Hint::kDomain},
    {"domains", Hint::kDomain},
    {"domainname", Hint::kDomain},
    {"hostname", Hint::kDomain},
    {"host", Hint::kDomain},
    {"fqdn", Hint::kDomain},
    {"url", Hint::kUrl},
    {"urls", Hint::kUrl},
    {"uri", Hint::kPath},
    {"uripath", Hint::kPath},
    {"urlpath", Hint::kPath},
    {"path", Hint::kPath},
    {"filepath", Hint::kPath},
    {"fullpath", Hint::kPath},
    {"folder", Hint::kPath},
    {"directory", Hint::kPath},
    {"filename", Hint::kFileName},
    {"filenames", Hint::kFileName},
    {"file", Hint::kFileName},
    {"useragent", Hint::kUserAgent},
    {"httpuseragent", Hint::kUserAgent},
    {"useragents", Hint::kUserAgent},
    // Known, and nothing in logs or files is compared with them.
    {"as", Hint::kUnsupported},
    {"asn", Hint::kUnsupported},
    {"authentihash", Hint::kUnsupported},
    {"btc", Hint::kUnsupported},
    {"cdhash", Hint::kUnsupported},
    {"cookie", Hint::kUnsupported},
    {"cve", Hint::kUnsupported},
    {"email", Hint::kUnsupported},
    {"emailaddress", Hint::kUnsupported},
    {"emailaddr", Hint::kUnsupported},
    {"emailattachment", Hint::kUnsupported},
    {"emaildst", Hint::kUnsupported},
    {"emailsrc", Hint::kUnsupported},
    {"emailsubject", Hint::kUnsupported},
    {"imphash", Hint::kUnsupported},
    {"impfuzzy", Hint::kUnsupported},
    {"ja3", Hint::kUnsupported},
    {"ja3fingerprintmd5", Hint::kUnsupported},
    {"macaddress", Hint::kUnsupported},
    {"mutex", Hint::kUnsupported},
    {"namedpipe", Hint::kUnsupported},
    {"patterninfile", Hint::kUnsupported},
    {"patterninmemory", Hint::kUnsupported},
    {"patternintraffic", Hint::kUnsupported},
    {"pdb", Hint::kUnsupported},
    {"pehash", Hint::kUnsupported},
    {"regkey", Hint::kUnsupported},
    {"regkeyvalue", Hint::kUnsupported},
    {"registry", Hint::kUnsupported},
    {"registrykey", Hint::kUnsupported},
    {"sha224", Hint::kUnsupported},
    {"sha384", Hint::kUnsupported},
    {"sha512", Hint::kUnsupported},
    {"sha512256", Hint::kUnsupported},
    {"sha3256", Hint::kUnsupported},
    {"sigma", Hint::kUnsupported},
    {"snort", Hint::kUnsupported},
    {"ssdeep", Hint::kUnsupported},
    {"tlsh", Hint::kUnsupported},
    {"version", Hint::kUnsupported},
    {"vhash", Hint::kUnsupported},
    {"vulnerability", Hint::kUnsupported},
    {"windowsscheduledtask", Hint::kUnsupported},
    {"windowsservicename", Hint::kUnsupported},
    {"x509fingerprintmd5", Hint::kUnsupported},
    {"x509fingerprintsha1", Hint::kUnsupported},
    {"x509fingerprintsha256", Hint::kUnsupported},
    {"yara", Hint::kUnsupported},
});

}  // namespace

std::optional<Hint> hint_of(std::string_view word) {
  constexpr std::size_t kLongestWord = 40;
  std::string plain;
  for (const char c : word.substr(0, kLongestWord)) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) plain += lower;
  }
  const auto found = std::find_if(kWords.begin(), kWords.end(),
                                  [&](const Word& known) { return known.word == plain; });
  if (found == kWords.end() || word.size() > kLongestWord) return std::nullopt;
  return found->hint;
}

}  // namespace pugmark::indicators
