#include "events/file_kind.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "base/text.h"

namespace pugmark {
namespace {

using Names = std::span<const std::string_view>;

// Extensions between blanks. PHP; ASP, and what classic ASP is mapped to as well; ASP.NET; Java;
// ColdFusion; CGI; shells.
constexpr std::string_view kScriptNames =
    " php php3 php4 php5 php7 php8 phps pht phtm phtml phar inc"
    " asp asa cer cdx htr shtm shtml stm"
    " aspx ashx asmx ascx asax master cshtml vbhtml svc axd rem soap browser skin sitemap compiled"
    " config"
    " jsp jspx jspf jspa jsw jsv jtml tag tagx"
    " cfm cfml cfc"
    " cgi fcgi pl pm py pyw rb lua tcl htaccess"
    " sh bat cmd ps1 psm1 vbs vbe jse wsf hta ";

constexpr std::string_view kPageNames =
    " htm html xhtml js mjs cjs css less scss map svg ts tsx jsx vue xsl xslt xsd dtd resx md rst"
    " po pot wsdl disco ";

bool is_one_of(std::string_view extension, std::string_view names) {
  if (extension.empty() || extension.find(' ') != std::string_view::npos) return false;
  const std::string word = ' ' + std::string(extension) + ' ';
  return names.find(word) != std::string_view::npos;
}

// Without what Windows leaves away at the end of a name, and without a stream of NTFS.
std::string_view served_name(std::string_view path) {
  std::string_view name = path.substr(path.find_last_of("/\\") + 1);
  if (const std::size_t colon = name.find(':'); colon != std::string_view::npos && colon > 0)
    name = name.substr(0, colon);
  while (name.ends_with('.') || name.ends_with(' ')) name.remove_suffix(1);
  return name;
}

std::string lower_extension(std::string_view name) {
  const std::size_t dot = name.find_last_of('.');
  return dot == std::string_view::npos ? std::string() : ascii_lower(name.substr(dot + 1));
}

bool begins_with(Bytes head, std::string_view magic) { return as_text(head).starts_with(magic); }

bool is_executable(Bytes head) {
  static constexpr auto kMagics =
      std::to_array<std::string_view>({"MZ",
                                       "\x7f"
                                       "ELF",
                                       "\xCA\xFE\xBA\xBE", "\xFE\xED\xFA\xCE", "\xFE\xED\xFA\xCF",
                                       "\xCE\xFA\xED\xFE", "\xCF\xFA\xED\xFE"});
  return std::any_of(kMagics.begin(), kMagics.end(),
                     [&](std::string_view magic) { return begins_with(head, magic); });
}

// "30 82": a sequence of DER longer than 255 bytes, as certificates and requests for them are.
bool is_document(Bytes head) {
  static constexpr auto kMagics =
      std::to_array<std::string_view>({"\xD0\xCF\x11\xE0", "%PDF", "{\\rtf", "!BDN", "\x30\x82"});
  return std::any_of(kMagics.begin(), kMagics.end(),
                     [&](std::string_view magic) { return begins_with(head, magic); });
}

bool is_image(Bytes head) {
  static constexpr auto kMagics =
      std::to_array<std::string_view>({"GIF8", "\xFF\xD8\xFF", "\x89PNG", {"\0\0\1\0", 4}});
  if (begins_with(head, "RIFF") && head.size() >= 12 && as_text(head).substr(8, 4) == "WEBP")
    return true;
  return std::any_of(kMagics.begin(), kMagics.end(),
                     [&](std::string_view magic) { return begins_with(head, magic); });
}

// Three quarters of the units in ASCII, in the order of a byte order mark or, without one, in
// either: no other bytes begin so.
TextEncoding utf16_of(Bytes head) {
  if (head.size() < 4 || as_text(head).find('\0') == std::string_view::npos)
    return TextEncoding::kNone;
  const auto mark = load_le<std::uint16_t>(head.data());
  const bool is_marked = mark == 0xFEFF || mark == 0xFFFE;
  std::array<std::size_t, 2> ascii{};  // with the high byte first, second
  const std::size_t begin = is_marked ? 2 : 0;
  for (std::size_t at = begin; at + 1 < head.size(); at += 2) {
    const auto first = std::to_integer<unsigned>(head[at]);
    const auto second = std::to_integer<unsigned>(head[at + 1]);
    const bool is_ascii_unit = (first == 0) != (second == 0) && (first | second) < 0x80;
    if (is_ascii_unit) ++ascii[first == 0 ? 0 : 1];
  }
  const std::size_t units = (head.size() - begin) / 2;
  const auto is_most = [&](std::size_t count) { return units > 0 && count * 4 >= units * 3; };
  if (mark != 0xFFFE && is_most(ascii[1])) return TextEncoding::kUtf16Le;
  if (mark != 0xFEFF && is_most(ascii[0])) return TextEncoding::kUtf16Be;
  return TextEncoding::kNone;
}

TextEncoding encoding_of(Bytes head) {
  if (const TextEncoding utf16 = utf16_of(head); utf16 != TextEncoding::kNone) return utf16;
  std::string_view text = as_text(head);
  if (text.find('\0') != std::string_view::npos) return TextEncoding::kNone;
  if (text.starts_with("\xEF\xBB\xBF")) return TextEncoding::kUtf8Marked;
  if (is_ascii(text)) return TextEncoding::kAscii;
  // The head may end inside a character.
  constexpr std::size_t kTailBytesMax = 3;
  for (std::size_t tail = 0; tail <= std::min(kTailBytesMax, text.size()); ++tail) {
    if (is_valid_utf8(text.substr(0, text.size() - tail))) return TextEncoding::kUtf8;
  }
  return TextEncoding::kEightBit;
}

bool is_utf16(TextEncoding encoding) {
  return encoding == TextEncoding::kUtf16Le || encoding == TextEncoding::kUtf16Be;
}

// Of UTF-16 only the characters that are ASCII.
std::string_view plain_text(Bytes head, TextEncoding encoding, std::string& memory) {
  if (!is_utf16(encoding)) return as_text(head);
  memory = as_text(head);
  std::erase(memory, '\0');
  return memory;
}

using Marks = std::span<const std::string_view>;

bool begins_with_one(std::string_view text, Marks marks) {
  return std::any_of(marks.begin(), marks.end(), [&](std::string_view mark) {
    return equal_ascii_nocase(text.substr(0, mark.size()), mark);
  });
}

// Whether one of the marks, all of which begin with "<", stands in the text in any case.
bool has_one(std::string_view text, Marks marks) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    if (begins_with_one(text.substr(at), marks)) return true;
  }
  return false;
}

// runat="server", with either quotes or without.
bool has_server_tag(std::string_view text) {
  constexpr std::string_view kName = "runat";
  constexpr std::string_view kValue = "server";
  for (std::size_t at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
    if (at < kName.size() ||
        !equal_ascii_nocase(text.substr(at - kName.size(), kName.size()), kName))
      continue;
    std::string_view value = text.substr(at + 1);
    if (value.starts_with('"') || value.starts_with('\'')) value.remove_prefix(1);
    if (equal_ascii_nocase(value.substr(0, kValue.size()), kValue)) return true;
  }
  return false;
}

// Marks of code for a server. Templates for browsers have "<%" too, so of those it says nothing.
bool has_script_mark(std::string_view text, bool is_page) {
  static constexpr auto kPageMarks = std::to_array<std::string_view>(
      {"<?php", "<?=", "<%@", "<jsp:", "<cfquery", "<cfexecute", "<cfscript"});
  static constexpr auto kMarks = std::to_array<std::string_view>(
      {"<?php", "<?=", "<%", "<jsp:", "<cfquery", "<cfexecute", "<cfscript"});
  const Marks marks = is_page ? Marks(kPageMarks) : Marks(kMarks);
  return text.starts_with("#!") || has_one(text, marks) || has_server_tag(text);
}

bool has_page_mark(std::string_view text) {
  static constexpr auto kMarks =
      std::to_array<std::string_view>({"<!doctype html", "<html", "<script", "<svg"});
  return has_one(text, kMarks);
}

FileKind kind_of_text(Bytes head, std::string_view extension, TextEncoding encoding) {
  const bool is_page_name = is_one_of(extension, kPageNames);
  std::string memory;
  const std::string_view text = plain_text(head, encoding, memory);
  if (has_script_mark(text, is_page_name)) return FileKind::kScript;
  return is_page_name || has_page_mark(text) ? FileKind::kPage : FileKind::kText;
}

}  // namespace

std::string_view to_string(FileKind kind) {
  switch (kind) {
    case FileKind::kUnknown:
      return "unknown";
    case FileKind::kText:
      return "text";
    case FileKind::kPage:
      return "page";
    case FileKind::kScript:
      return "script";
    case FileKind::kExecutable:
      return "executable";
    case FileKind::kDocument:
      return "document";
    case FileKind::kImage:
      return "image";
  }
  return "unknown";
}

std::string_view to_string(TextEncoding encoding) {
  switch (encoding) {
    case TextEncoding::kNone:
      return "";
    case TextEncoding::kAscii:
      return "ascii";
    case TextEncoding::kUtf8:
      return "utf-8";
    case TextEncoding::kUtf8Marked:
      return "utf-8 with mark";
    case TextEncoding::kEightBit:
      return "8-bit";
    case TextEncoding::kUtf16Le:
      return "utf-16le";
    case TextEncoding::kUtf16Be:
      return "utf-16be";
  }
  return "";
}

std::string extension_of(std::string_view path) {
  const std::string_view name = served_name(path);
  const std::string extension = lower_extension(name);
  // IIS before version 7 takes a name for its end at the first semicolon.
  const std::string before = lower_extension(name.substr(0, name.find(';')));
  return is_one_of(before, kScriptNames) ? before : extension;
}

bool has_script_name(std::string_view path) { return is_one_of(extension_of(path), kScriptNames); }

FileNature nature_of(Bytes head, std::string_view path) {
  const std::string extension = extension_of(path);
  const TextEncoding encoding = encoding_of(head);
  // A certificate is what ".cer" is mostly for.
  const bool is_certificate = extension == "cer" && encoding == TextEncoding::kNone;
  if (is_one_of(extension, kScriptNames) && !is_certificate) return {FileKind::kScript, encoding};
  if (is_executable(head)) return {FileKind::kExecutable, TextEncoding::kNone};
  if (is_document(head)) return {FileKind::kDocument, TextEncoding::kNone};
  if (is_image(head)) return {FileKind::kImage, TextEncoding::kNone};
  if (encoding != TextEncoding::kNone) return {kind_of_text(head, extension, encoding), encoding};
  // Code may stand among zeros.
  const bool has_mark = has_script_mark(as_text(head), true);
  return {has_mark ? FileKind::kScript : FileKind::kUnknown, TextEncoding::kNone};
}

}  // namespace pugmark
