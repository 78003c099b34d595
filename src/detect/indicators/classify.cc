#include "detect/indicators/classify.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <fmt/format.h>

#include "base/text.h"
#include "detect/sigma/cidr.h"

namespace pugmark::indicators {
namespace {

using Classified = std::variant<Indicator, NoIndicator>;

constexpr std::size_t kValueBytesMax = 4'096;
constexpr std::size_t kLabelBytesMax = 63;  // of a name, RFC 1035
constexpr std::size_t kDomainBytesMax = 253;
constexpr std::size_t kTextBytesMin = 3;  // of what may stand anywhere in an event

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  while (text.size() > 1 && (text.back() == ',' || text.back() == ';' || text.back() == '.'))
    text.remove_suffix(1);
  for (const std::string_view pair : {"\"\"", "''", "``", "<>"}) {
    if (text.size() < 2 || text.front() != pair[0] || text.back() != pair[1]) continue;
    return trimmed(text.substr(1, text.size() - 2));
  }
  return text;
}

Indicator made(Kind kind, std::string value) {
  Indicator indicator;
  indicator.kind = kind;
  indicator.value = std::move(value);
  return indicator;
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// ---- Hashes ----

// Of no bytes at all: every empty file has them.
constexpr std::array<std::string_view, 3> kHashesOfNothing = {
    "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"};

// "sha256:" and "MD5=" in front of a hash.
std::string_view without_algorithm(std::string_view text) {
  const std::size_t mark = text.find_first_of(":=");
  if (mark == std::string_view::npos) return text;
  const auto hint = hint_of(text.substr(0, mark));
  return hint == Hint::kHash ? trimmed(text.substr(mark + 1)) : text;
}

std::optional<Classified> as_hash(std::string_view text) {
  text = without_algorithm(text);
  if (text.size() < 32 || !std::all_of(text.begin(), text.end(), is_hex)) return std::nullopt;
  const std::string value = ascii_lower(text);
  if (is_one_of(value, kHashesOfNothing))
    return NoIndicator{"it is the hash of an empty file", "Leave it out."};
  switch (value.size()) {
    case 32:
      return made(Kind::kMd5, value);
    case 40:
      return made(Kind::kSha1, value);
    case 64:
      return made(Kind::kSha256, value);
    default:
      return NoIndicator{fmt::format("it has {} hexadecimal digits; only MD5 (32), SHA-1 (40) and "
                                     "SHA-256 (64) are compared",
                                     value.size()),
                         "Give one of these of the same file."};
  }
}

// ---- Addresses ----

std::string text_of(const std::array<std::uint8_t, 16>& bytes, bool v4) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(v4 ? AF_INET : AF_INET6, bytes.data(), text.data(), text.size());
  return text.data();
}

bool is_in(const sigma::Address& address, std::string_view network) {
  bool host_bits = false;
  const auto parsed = sigma::parse_network(network, host_bits);
  return parsed && sigma::contains(*parsed, address);
}

Classified address_found(const sigma::Address& address) {
  for (const std::string_view everybody :
       {"127.0.0.0/8", "0.0.0.0/8", "255.255.255.255/32", "::1/128", "::/128"}) {
    if (is_in(address, everybody))
      return NoIndicator{"it is an address every computer has, and stands in ordinary events",
                         "Leave it out."};
  }
  return made(Kind::kAddress, text_of(address.bytes, address.v4));
}

Classified network_found(const sigma::Cidr& network) {
  const std::uint8_t bits_max = network.v4 ? 32 : 128;
  const std::uint8_t bits_min = network.v4 ? 8 : 16;
  if (network.prefix_bits == bits_max) return address_found({network.v4, network.address});
  if (network.prefix_bits < bits_min)
    return NoIndicator{"it is so large a network that ordinary events would match",
                       fmt::format("Give networks of {} bits and more.", bits_min)};
  if (network.v4 && (network.address[0] == 127 || network.address[0] == 0))
    return NoIndicator{"it is a network every computer has", "Leave it out."};
  return made(Kind::kNetwork,
              fmt::format("{}/{}", text_of(network.address, network.v4), network.prefix_bits));
}

// "1.2.3.4:443" and "[2001:db8::1]:443".
std::string_view without_port(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return text;
    const std::string_view rest = text.substr(end + 1);
    const bool is_port = rest.empty() || (rest.size() > 1 && rest[0] == ':' &&
                                          std::all_of(rest.begin() + 1, rest.end(), is_digit));
    return is_port ? text.substr(1, end - 1) : text;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find(':', colon + 1) != std::string_view::npos)
    return text;
  const std::string_view port = text.substr(colon + 1);
  const bool is_port = !port.empty() && std::all_of(port.begin(), port.end(), is_digit);
  return is_port ? text.substr(0, colon) : text;
}

bool is_number_and_dots(std::string_view text) {
  return text.find('.') != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || c == '.'; });
}

std::optional<Classified> as_address(std::string_view text) {
  if (const auto address = sigma::parse_address(without_port(text))) return address_found(*address);
  const std::size_t slash = text.find('/');
  const bool has_prefix =
      slash != std::string_view::npos && slash + 1 < text.size() &&
      std::all_of(text.begin() + static_cast<std::ptrdiff_t>(slash) + 1, text.end(), is_digit);
  if (has_prefix) {
    bool host_bits = false;
    if (const auto network = sigma::parse_network(text, host_bits)) return network_found(*network);
    if (host_bits)
      return NoIndicator{"it is a network with bits behind its prefix",
                         "Set the address to the first of the network."};
  }
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos && sigma::parse_address(trimmed(text.substr(0, dash))))
    return NoIndicator{"it is a range of addresses", "Write it as networks: 192.0.2.0/28."};
  if (is_number_and_dots(text))
    return NoIndicator{
        "it is a row of numbers, a version perhaps; an address has four, none above "
        "255",
        "Correct it, or leave it out."};
  return std::nullopt;
}

// ---- Names ----

// Endings that are those of files and, as a rule, not of domains.
constexpr std::array<std::string_view, 97> kExtensions = {
    "7z",     "aar",   "ade",  "apk",  "asa",    "asax", "ascx", "ashx", "asmx", "asp",   "aspx",
    "bak",    "bat",   "bin",  "bz2",  "cab",    "cer",  "cfg",  "cfm",  "chm",  "class", "cmd",
    "config", "conf",  "cpl",  "cs",   "cshtml", "css",  "csv",  "dat",  "db",   "deb",   "dll",
    "dmp",    "doc",   "docm", "docx", "eml",    "exe",  "gif",  "gz",   "h",    "hta",   "htm",
    "html",   "ini",   "iso",  "jar",  "java",   "jpeg", "jpg",  "js",   "jse",  "json",  "jsp",
    "jspx",   "key",   "lnk",  "log",  "master", "msi",  "ocx",  "ost",  "pdb",  "pdf",   "pem",
    "php",    "phtml", "png",  "ppt",  "pptx",   "ps1",  "psd1", "psm1", "pst",  "py",    "rar",
    "req",    "rtf",   "scr",  "svc",  "swf",    "sys",  "tar",  "tgz",  "tmp",  "txt",   "vbe",
    "vbs",    "war",   "wsf",  "xls",  "xlsm",   "xlsx", "xml",  "yml",  "zip"};

std::string_view extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

bool is_file_extension(std::string_view extension) {
  return is_one_of(ascii_lower(extension), kExtensions);
}

bool is_name_byte(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || static_cast<unsigned char>(c) > 127;
}

bool is_domain(std::string_view name) {
  if (name.empty() || name.size() > kDomainBytesMax || name.find('.') == std::string_view::npos)
    return false;
  const std::string_view last = extension_of(name);
  const bool is_top =
      last.size() >= 2 &&
      (last.starts_with("xn--") || std::all_of(last.begin(), last.end(), [](char c) {
         return is_letter(c) || static_cast<unsigned char>(c) > 127;
       }));
  std::size_t label_bytes = 0;
  for (const char c : name) {
    if (c == '.' && label_bytes == 0) return false;
    label_bytes = c == '.' ? 0 : label_bytes + 1;
    if ((c != '.' && !is_name_byte(c)) || label_bytes > kLabelBytesMax) return false;
  }
  return is_top;
}

std::optional<Classified> as_domain(std::string_view text) {
  std::string name = folded(without_port(text));
  if (name.starts_with("*.")) name.erase(0, 2);
  if (name.starts_with('.')) name.erase(0, 1);
  if (name.ends_with('.')) name.pop_back();
  if (!is_domain(name)) return std::nullopt;
  return made(Kind::kDomain, std::move(name));
}

Classified too_short() {
  return NoIndicator{"it is so short that ordinary events would match", "Give more of it."};
}

// How much of a text with wildcards is no wildcard.
std::size_t literal_bytes(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return c != '*' && c != '?' && c != '\\' && c != '.';
  }));
}

Classified as_file_name(std::string_view text) {
  Indicator indicator = made(Kind::kFileName, folded(text));
  indicator.has_wildcards = text.find_first_of("*?") != std::string_view::npos;
  if (literal_bytes(indicator.value) < kTextBytesMin) return too_short();
  return indicator;
}

// ---- Paths ----

// Behind %TEMP%, $env:TEMP, CSIDL_APPDATA, <folder>, ~, C: and \\?\ stands what is looked for.
std::string_view without_prefix(std::string_view path) {
  if (path.starts_with("\\\\?\\")) path.remove_prefix(3);
  std::size_t end = 0;
  if (path.starts_with('%')) end = path.find('%', 1) + 1;  // npos + 1 is 0
  if (path.starts_with('<')) end = path.find('>') + 1;
  if (path.starts_with('[')) end = path.find(']') + 1;
  if (path.starts_with('~')) end = 1;
  if (ascii_lower(path.substr(0, 5)) == "$env:" || ascii_lower(path.substr(0, 6)) == "csidl_")
    end = std::min(path.find_first_of("\\/"), path.size());
  if (path.size() > 2 && is_letter(path[0]) && path[1] == ':') end = 2;
  return end < path.size() && (path[end] == '\\' || path[end] == '/') ? path.substr(end) : path;
}

Classified as_path(std::string_view text) {
  std::string value;
  for (const char c : folded(without_prefix(text))) {
    const char plain = c == '/' ? '\\' : c;
    if (plain != '\\' || value.empty() || value.back() != '\\') value += plain;
  }
  if (value.find('\\') == std::string::npos) return as_file_name(value);
  Indicator indicator = made(Kind::kPath, std::move(value));
  indicator.has_wildcards = indicator.value.find_first_of("*?") != std::string::npos;
  if (literal_bytes(indicator.value) < kTextBytesMin) return too_short();
  return indicator;
}

bool looks_like_path(std::string_view text) {
  return text.find('\\') != std::string_view::npos || text.starts_with('/') ||
         without_prefix(text) != text;
}

// ---- URLs ----

// `rest`: behind the scheme.
std::optional<Classified> as_url(std::string_view scheme, std::string_view rest) {
  const std::size_t host_end = std::min(rest.find_first_of("/?#"), rest.size());
  const std::size_t user_end = rest.substr(0, host_end).rfind('@');
  if (user_end != std::string_view::npos) return as_url(scheme, rest.substr(user_end + 1));
  std::string host = folded(rest.substr(0, host_end));
  if ((scheme == "http" && host.ends_with(":80")) || (scheme == "https" && host.ends_with(":443")))
    host.resize(host.rfind(':'));
  const std::string_view name = without_port(host);
  if (const auto address = sigma::parse_address(name)) {
    const Classified found = address_found(*address);
    if (std::holds_alternative<NoIndicator>(found)) return found;
  } else if (!is_domain(name) && (scheme.empty() || name.empty() ||
                                  !std::all_of(name.begin(), name.end(), is_name_byte))) {
    return std::nullopt;
  }
  std::string value = host + folded(rest.substr(host_end));
  if (rest.substr(host_end) == "/") value.pop_back();
  if (value.size() < kTextBytesMin) return too_short();
  Indicator indicator = made(Kind::kUrl, std::move(value));
  indicator.has_wildcards = indicator.value.find('*') != std::string::npos;
  return indicator;
}

std::optional<Classified> as_url(std::string_view text) {
  const std::size_t mark = text.find("://");
  if (mark == std::string_view::npos) return as_url("", text);
  const std::string scheme = ascii_lower(text.substr(0, mark));
  if (scheme.empty() || !std::all_of(scheme.begin(), scheme.end(), is_name_byte))
    return std::nullopt;
  return as_url(scheme, text.substr(mark + 3));
}

// ---- User agents ----

// "name/1.2", alone or followed by a blank: what agents call themselves.
bool looks_like_user_agent(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || !is_letter(text[0])) return false;
  if (text.substr(0, slash).find_first_of(":\\") != std::string_view::npos) return false;
  std::size_t at = slash + 1;
  if (at < text.size() && text[at] == 'v') ++at;
  const std::size_t digits = at;
  while (at < text.size() && (is_digit(text[at]) || text[at] == '.')) ++at;
  return at > digits && (at == text.size() || text[at] == ' ' || text[at] == '+');
}

Classified as_user_agent(std::string_view text) {
  std::string value = folded(text);
  if (value.find(' ') == std::string::npos) std::replace(value.begin(), value.end(), '+', ' ');
  Indicator indicator = made(Kind::kUserAgent, std::move(value));
  indicator.has_wildcards = indicator.value.find('*') != std::string::npos;
  if (literal_bytes(indicator.value) < kTextBytesMin) return too_short();
  return indicator;
}

// ---- All together ----

Classified none_of_all() {
  return NoIndicator{"it is no hash, address, domain, URL, path, file name or user agent",
                     "Correct it, or make it a comment."};
}

Classified by_looks(std::string_view text, bool was_defanged) {
  if (const auto hash = as_hash(text)) return *hash;
  if (text.find("://") != std::string_view::npos) {
    if (const auto url = as_url(text)) return *url;
    return NoIndicator{"its host is none", "Correct it."};
  }
  if (const auto address = as_address(text)) return *address;
  if (looks_like_path(text)) return as_path(text);
  if (looks_like_user_agent(text)) return as_user_agent(text);
  const bool has_blank = std::any_of(text.begin(), text.end(), is_blank);
  if (text.find('@') != std::string_view::npos && !has_blank)
    return NoIndicator{"e-mail addresses are not looked for", "Leave it out."};
  if (has_blank) return none_of_all();
  if (text.find('/') != std::string_view::npos) {
    if (const auto url = as_url(text)) return *url;
    return as_path(text);
  }
  if (was_defanged || !is_file_extension(extension_of(text))) {
    if (const auto domain = as_domain(text)) return *domain;
  }
  if (is_file_extension(extension_of(text))) return as_file_name(text);
  return none_of_all();
}

std::string_view words_of(Hint hint) {
  switch (hint) {
    case Hint::kHash:
      return "a hash";
    case Hint::kAddress:
      return "an address";
    case Hint::kDomain:
      return "a domain";
    case Hint::kUrl:
      return "a URL";
    default:
      return "an indicator";
  }
}

bool is_of_network(const Classified& found) {
  const auto* const indicator = std::get_if<Indicator>(&found);
  return indicator == nullptr || indicator->kind == Kind::kAddress ||
         indicator->kind == Kind::kNetwork || indicator->kind == Kind::kDomain ||
         indicator->kind == Kind::kUrl;
}

Classified by_hint(std::string_view text, Hint hint, bool was_defanged) {
  std::optional<Classified> found;
  switch (hint) {
    case Hint::kPath:
      // Types named URI carry whole URLs as well.
      if (text.find("://") == std::string_view::npos) return as_path(text);
      break;
    case Hint::kFileName:
      return as_path(text);
    case Hint::kUserAgent:
      return as_user_agent(text);
    case Hint::kUnsupported:
      return NoIndicator{"it is of a kind that is not looked for", ""};
    case Hint::kHash:
      found = as_hash(text);
      if (!found) return NoIndicator{"it is called a hash and is none", "Correct it."};
      return *found;
    case Hint::kDomain:
      if (text.find('/') == std::string_view::npos && !sigma::parse_address(without_port(text)))
        found = as_domain(text);
      break;
    case Hint::kUrl:
      found = as_url(text);
      if (!found && text.starts_with('/')) return as_path(text);
      break;
    case Hint::kNone:
    case Hint::kAddress:
      break;
  }
  if (found) return *found;
  // Columns of addresses hold domains, and the other way round.
  Classified looks = by_looks(text, was_defanged);
  if (hint == Hint::kNone || is_of_network(looks)) return looks;
  return NoIndicator{fmt::format("it is called {} and is none", words_of(hint)), "Correct it."};
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

// Names that half the world asks for, one way or another.
constexpr std::array<std::string_view, 26> kBusyDomains = {
    "amazonaws.com",     "apple.com",    "azure.com",     "bing.com",
    "cloudflare.com",    "digicert.com", "dropbox.com",   "facebook.com",
    "github.com",        "github.io",    "google.com",    "googleapis.com",
    "gstatic.com",       "live.com",     "microsoft.com", "microsoftonline.com",
    "mozilla.org",       "office.com",   "office365.com", "outlook.com",
    "pastebin.com",      "twitter.com",  "windows.com",   "windows.net",
    "windowsupdate.com", "yahoo.com"};

constexpr std::array<std::string_view, 16> kWindowsPrograms = {
    "certutil.exe", "cmd.exe",     "conhost.exe", "csc.exe",   "cscript.exe",    "explorer.exe",
    "iisstart.htm", "lsass.exe",   "mshta.exe",   "net.exe",   "powershell.exe", "rundll32.exe",
    "services.exe", "svchost.exe", "w3wp.exe",    "web.config"};

std::string remark_on_address(std::string_view value) {
  const auto address = sigma::parse_address(value.substr(0, value.find('/')));
  for (const std::string_view network :
       {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
        "fc00::/7", "fe80::/10"}) {
    if (address && is_in(*address, network))
      return "is private: in another network it is somebody else";
  }
  return {};
}

}  // namespace

std::optional<std::string> refanged(std::string_view text) {
  struct Change {
    std::string_view from;  // lower case
    std::string_view to;
  };
  constexpr auto kChanges = std::to_array<Change>({
      {"hxxp", "http"},     {"hxtp", "http"},     {"htxp", "http"},     {"[.]", "."},
      {"(.)", "."},         {"{.}", "."},         {"[dot]", "."},       {"(dot)", "."},
      {"{dot}", "."},       {"[.", "."},          {".]", "."},          {"[://]", "://"},
      {"[:]", ":"},         {"[:", ":"},          {"[/]", "/"},         {"[at]", "@"},
      {"(at)", "@"},        {"[@]", "@"},         {"\xE2\x80\x8B", ""}, {"\xE2\x80\x8C", ""},
      {"\xE2\x80\x8D", ""}, {"\xEF\xBB\xBF", ""}, {"\xE2\x81\xA0", ""}, {"\xC2\xAD", ""},
  });
  constexpr std::string_view kBeginnings = "h[({.\xE2\xEF\xC2";
  const std::string lower = ascii_lower(text);
  std::string plain;
  bool changed = false;
  for (std::size_t at = 0; at < text.size();) {
    // Most bytes begin none of them.
    if (kBeginnings.find(lower[at]) == std::string_view::npos) {
      plain += text[at++];
      continue;
    }
    const auto found = std::find_if(kChanges.begin(), kChanges.end(), [&](const Change& change) {
      // An address of IPv6 in brackets may begin with a colon.
      if (change.from == "[:" && at == 0) return false;
      return std::string_view(lower).substr(at).starts_with(change.from);
    });
    if (found == kChanges.end()) {
      plain += text[at++];
      continue;
    }
    changed = true;
    plain += found->to;
    at += found->from.size();
  }
  return changed ? std::optional(plain) : std::nullopt;
}

std::variant<Indicator, NoIndicator> classify(std::string_view text, Hint hint) {
  const std::string_view written = unquoted(text);
  if (written.empty()) return NoIndicator{"there is nothing", ""};
  if (written.size() > kValueBytesMax)
    return NoIndicator{
        fmt::format("it has {} bytes; at most {} are compared", written.size(), kValueBytesMax),
        "Shorten it."};
  if (!is_valid_utf8(written) || has_control_character(written))
    return NoIndicator{"it holds bytes that are no text", "Save the list as UTF-8."};
  const std::optional<std::string> plain = refanged(written);
  Classified found = by_hint(plain ? *plain : written, hint, plain.has_value());
  if (auto* const indicator = std::get_if<Indicator>(&found)) indicator->written = written;
  return found;
}

std::string remark_on(const Indicator& indicator) {
  switch (indicator.kind) {
    case Kind::kAddress:
    case Kind::kNetwork:
      return remark_on_address(indicator.value);
    case Kind::kDomain:
      if (is_one_of(indicator.value, kBusyDomains)) return "is a name that many ask for";
      return is_ascii(indicator.value) ? "" : "is looked for as written, not as xn--";
    case Kind::kFileName:
      return is_one_of(indicator.value, kWindowsPrograms) ? "is the name of a file of Windows" : "";
    default:
      return {};
  }
}

bool is_plainly_an_indicator(std::string_view text) {
  const std::string_view written = unquoted(text);
  if (written.size() > kValueBytesMax || !is_valid_utf8(written)) return false;
  if (as_hash(written) || written.find("://") != std::string_view::npos) return true;
  if (refanged(written)) return std::holds_alternative<Indicator>(classify(written));
  return sigma::parse_address(without_port(written)).has_value();
}

}  // namespace pugmark::indicators
