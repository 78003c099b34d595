#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pugmark::script {

// Encodings that a page can name for itself and in which its code looks like nothing at all.

// The code pages of EBCDIC that have brackets and braces in different places.
enum class Ebcdic : std::uint8_t { k037, k273, k500, k1047 };

// "cp037", "IBM-037", "ebcdic-cp-us"; nullopt for what is not EBCDIC, or a page of it that is not
// known.
std::optional<Ebcdic> ebcdic_named(std::string_view name);

// True if `text` begins with "<?xml", "<%" or "<jsp:" in EBCDIC.
bool begins_in_ebcdic(std::string_view text);

// To ISO 8859-1: every byte is one byte again, so that places stay. Both line ends become '\n'.
std::string from_ebcdic(std::string_view text, Ebcdic page);

// UTF-7 to UTF-8, as lenient as Windows is: bits that are left over are dropped.
std::string from_utf7(std::string_view text);

}  // namespace pugmark::script
