#include "detect/script/flow/flow_testing.h"

#include "detect/script/flow/effect_rows.h"
#include "detect/script/flow/strength.h"

namespace pugmark::script::testing {
namespace {

constexpr Effect kInert[] = {
    rows::sink("inert_evaluate", SinkKind::kEvaluate, rows::arg(0)),
    rows::sink("inert_run", SinkKind::kCommand, rows::arg(0), kFromSystem),
    rows::sink("inert_write", SinkKind::kWriteFile, rows::arg(0) | rows::arg(1)),
    rows::named("inert_param", kFromRequest),
};

}  // namespace

Analysis analysed(std::string_view text, std::string_view path) {
  AnalysisBounds bounds;
  bounds.own_effects = kInert;
  return Analyser(bounds).analyse(as_bytes(text), path);
}

std::string key_of(std::string_view text, std::string_view path) {
  constexpr int kStrengthMin = 45;  // halved by a call that is not known
  const Analysis analysis = analysed(text, path);
  if (analysis.flows.empty() || strength_of(analysis.flows.front()) < kStrengthMin) return "";
  if (analysis.flows.front().sink == SinkKind::kCall) return "";  // of what is not known
  return analysis.key.empty() ? "?" : analysis.key;
}

std::string key_of_php(std::string_view code) {
  return key_of("<?php " + std::string(code), "x.php");
}
std::string key_of_vb(std::string_view code) {
  return key_of("<%@ Language=VBScript %>\n<%\n" + std::string(code) + "\n%>", "x.asp");
}
std::string key_of_jscript(std::string_view code) {
  return key_of("<%@ Language=JScript %><% " + std::string(code) + " %>", "x.asp");
}
std::string key_of_csharp(std::string_view members) {
  return key_of("<%@ Page Language=\"C#\" %><script runat=\"server\">\n" + std::string(members) +
                    "\n</script>",
                "x.aspx");
}
std::string key_of_java(std::string_view code) {
  return key_of("<%@ page import=\"java.io.*\" %><% " + std::string(code) + " %>", "x.jsp");
}
std::string key_of_perl(std::string_view code) {
  return key_of("#!/usr/bin/perl\n" + std::string(code) + "\n", "x.pl");
}
std::string key_of_python(std::string_view code) {
  return key_of(
      "#!/usr/bin/python\nimport cgi\nform = cgi.FieldStorage()\n" + std::string(code) + "\n",
      "x.py");
}

std::string key_of_cold_fusion(std::string_view page) { return key_of(page, "x.cfm"); }

}  // namespace pugmark::script::testing
