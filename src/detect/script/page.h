#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "detect/script/language.h"
#include "detect/script/token.h"

namespace pugmark::script {

// A directive or a tag with a meaning for the server: <%@ Page ... %>, <asp:TextBox ... />,
// <jsp:useBean ... />, <cfexecute ...>, <sql:query ...>.
struct PageTag {
  std::string_view name;    // as written, of the text: "Page", "asp:TextBox", "cfexecute"
  bool is_closing = false;  // </cfexecute>
  std::vector<std::pair<std::string_view, std::string_view>> attributes;  // quotes taken off
  std::uint32_t begin = 0;                                                // of the tag in the text
  std::uint32_t length = 0;
};

// A page taken apart: which stretches are code, and in what language.
struct Page {
  static constexpr std::size_t kTagsMax = 100'000;
  static constexpr std::size_t kTagAttributesMax = 500;

  PageKind kind = PageKind::kNone;
  Language language = Language::kPhp;  // of most of its code
  std::vector<Region> regions;         // in order, without overlap, markup between code included
  std::vector<PageTag> tags;           // in order
  // Code that had to be converted before it could be read, and that is therefore no region of the
  // page: VBScript.Encode, the content of a .jspx with XML entities in it. Each is read as a text
  // of its own, all of it code of one language; its place in the page is that of what it was made
  // from.
  struct Converted {
    std::string text;
    Region::Kind kind = Region::Kind::kCode;
    Language language = Language::kPhp;
    std::uint32_t begin = 0;  // of what it was made from
    std::uint32_t length = 0;
  };
  std::vector<Converted> converted;
  bool has_code = false;             // something in it is executed
  std::uint64_t left_out_count = 0;  // tags and attributes beyond the bounds above
  // What `tags` view where the page itself had to be converted (EBCDIC).
  std::vector<std::shared_ptr<const std::string>> kept;
};

// What a server would take the file for: by the extension of its name first (the last one, and any
// that IIS or Apache would take instead: "x.php.jpg", "x.asp;.jpg", "x.aspx.", "x.aspx::$DATA"),
// then, if that says nothing, by marks in the text: "<?php", "<%@ Page", "<jsp:", "<cf", "#!".
// A page of another kind inside a page (PHP in a .jpg, ASP in a .txt) counts as what its marks say.
PageKind kind_of(std::string_view path, std::string_view text);

// Whether web servers run files of that name: "x.php", "/a/b.aspx".
bool is_page_name(std::string_view path);

// Takes a page apart as its server does. Unclosed code goes on to the end of the text. `page` is
// cleared first. Linear in the text.
void take_apart(PageKind kind, std::string_view path, std::string_view text, Page& page);

// The regions of PHP in `text`: PHP alone looks for its closing mark with strings, comments and
// heredocs in mind. `begins_in_code`: as eval() takes it, without an opening mark.
void find_php_regions(std::string_view text, bool begins_in_code, std::vector<Region>& regions);

// Decodes VBScript.Encode ("#@~^......==...^#~@"), as Microsoft's script encoder made it. Empty if
// `encoded` is not of that form. The result is as long as what it stands for.
std::string decode_script_encoder(std::string_view encoded);

}  // namespace pugmark::script
