// Where the names come from (read 2026-11; only the names were taken):
// - pages of owa\auth and ecp\auth of Exchange 2013 to 2019: the lists of expected files in
//   Microsoft's guidance of March 2021 ("any file besides TimeoutLogoff.aspx", "any file that is
//   not part of a standard install"), and, name by name, the public hunting notes that repeat a
//   standard install: elastic/detection-rules "Microsoft Exchange Server UM writing suspicious
//   files", mr-r3b00t/ExchangeMarch2021IOCHunt
// - pages of owa of Exchange 2010 (V14) and of redirections inside owa: addresses that the product
//   itself redirects to (/owa/auth/error.aspx, error2.aspx, languageselection.aspx, redir.aspx,
//   casredirect.aspx, SuiteServiceProxy.aspx)
// - owa\auth\Current, folders of versions, OAB, aspnet_client without pages: the same guidance, and
//   NCSC-FI, "Instructions on how to detect web shells"
// - names of shells: Azure/Azure-Sentinel, Sample Data/Feeds/
//   MSTICIoCs-ExchangeServerVulnerabilitiesDisclosedMarch2021.csv (rows of the type filepath)
// - modules of IIS: Microsoft, "IIS Modules Overview" and "IIS on Nano Server", appendix 2
// - kerbauth, exppw and WSMan: configurations of Exchange servers in Microsoft's forums
// - files of .NET 1.1 below aspnet_client: Microsoft, "ASP.NET IIS Registration Tool", option -c
#include "detect/web_root/belonging.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"
#include "events/file_kind.h"

namespace pugmark::web_root {
namespace {

// `names` have blanks around each.
bool is_in(std::string_view names, std::string_view name) {
  if (name.empty() || name.find(' ') != std::string_view::npos) return false;
  return names.find(' ' + std::string(name) + ' ') != std::string_view::npos;
}

constexpr std::string_view kPageExtensions =
    " aspx ashx asmx asp asa cer cdx svc rem soap cshtml vbhtml"
    " php php3 php4 php5 php7 php8 phtml phar jsp jspx cfm cfml cfc pl cgi py ";

constexpr std::string_view kOwaAuthPages =
    " errorfe.aspx expiredpassword.aspx frowny.aspx logoff.aspx logon.aspx outlookcn.aspx"
    " redirsuiteserviceproxy.aspx signout.aspx error.aspx error2.aspx ";

constexpr std::string_view kOtherExchangePages =
    " timeoutlogoff.aspx default.aspx languageselection.aspx suiteserviceproxy.aspx preload.aspx"
    " redir.aspx casredirect.aspx owa14.aspx info.aspx attachment.ashx exchange.asmx about.aspx"
    " autodiscover.asmx nspi.aspx error.aspx ";

constexpr std::string_view kClientFolderShells =
    " shell.aspx server.aspx aspnet_client.aspx aspnet_iisstart.aspx aspnet_pages.aspx"
    " aspnet_www.aspx default1.aspx errorcheck.aspx iispage.aspx s.aspx session.aspx log.aspx"
    " xclkmcfldfi948398430fdjkfdkj.aspx xx.aspx discover.aspx httpproxy.aspx outlooken.aspx"
    " supp0rt.aspx services.aspx google.log ";

constexpr std::string_view kOwaAuthShells =
    " 8lw7tahf9i1pjnro.aspx outlookzh.aspx authhead.aspx bob.aspx one1.aspx errorpage.aspx"
    " errorpages.aspx fatal-erro.aspx log.aspx logg.aspx logout.aspx one.aspx shel.aspx shel2.aspx"
    " shel90.aspx a.aspx default.aspx google.log ";

constexpr std::string_view kIisModules =
    " cachuri.dll cachfile.dll cachtokn.dll cachhttp.dll compstat.dll compdyn.dll defdoc.dll"
    " dirlist.dll protsup.dll redirect.dll iis_ssi.dll static.dll authanon.dll authcert.dll"
    " authbas.dll authsspi.dll authmd5.dll authmap.dll iprestr.dll diprestr.dll modrqflt.dll"
    " logcust.dll custerr.dll loghttp.dll iisetw.dll iisfreb.dll iisreqs.dll isapi.dll filter.dll"
    " cgi.dll iisfcgi.dll validcfg.dll iiswsock.dll warmup.dll dyniprestr.dll urlscan.dll "
    "webdav.dll urlauthz.dll rewrite.dll"
    " webdav_simple_prop.dll aspnetcore.dll aspnetcorev2.dll requestrouter.dll ";

}  // namespace

const char* to_string(WebFolder folder) {
  switch (folder) {
    case WebFolder::kNone:
      return "";
    case WebFolder::kClientFolder:
      return "aspnet_client";
    case WebFolder::kOwaAuth:
      return "owa/auth";
    case WebFolder::kOwaAuthResource:
      return "a folder of resources in owa/auth";
    case WebFolder::kEcpAuth:
      return "ecp/auth";
    case WebFolder::kOab:
      return "OAB";
  }
  return "";
}

WebFolder web_folder_of(const ServerPath& path) {
  const std::size_t count = path.parts().size();
  const auto is_below = [&](std::string_view folders) {
    const std::size_t behind = path.behind(folders);
    return behind != ServerPath::kNone && behind < count;
  };
  if (is_below("aspnet_client")) return WebFolder::kClientFolder;
  for (const std::string_view root : {"httpproxy", "clientaccess"}) {
    const std::string auth = std::string(root) + "/owa/auth";
    if (const std::size_t behind = path.behind(auth); behind != ServerPath::kNone) {
      if (behind + 1 == count) return WebFolder::kOwaAuth;
      if (behind < count) return WebFolder::kOwaAuthResource;
    }
    if (is_below(std::string(root) + "/oab")) return WebFolder::kOab;
  }
  if (is_below("httpproxy/ecp/auth")) return WebFolder::kEcpAuth;
  return WebFolder::kNone;
}

bool is_page_name(std::string_view name) { return is_in(kPageExtensions, extension_of(name)); }

bool belongs(WebFolder folder, std::string_view name) {
  switch (folder) {
    case WebFolder::kNone:
      return true;
    case WebFolder::kOwaAuth:
      return is_in(kOwaAuthPages, name);
    case WebFolder::kEcpAuth:
      return name == "timeoutlogoff.aspx";
    case WebFolder::kClientFolder:
    case WebFolder::kOwaAuthResource:
    case WebFolder::kOab:
      return false;
  }
  return true;
}

bool is_exchange_page(std::string_view name) {
  return is_in(kOwaAuthPages, name) || is_in(kOtherExchangePages, name);
}

bool is_known_shell(WebFolder folder, std::string_view name) {
  switch (folder) {
    case WebFolder::kClientFolder:
      return is_in(kClientFolderShells, name);
    case WebFolder::kOwaAuth:
    case WebFolder::kOwaAuthResource:
      return is_in(kOwaAuthShells, name);
    case WebFolder::kOab:
      return name == "log.aspx";
    case WebFolder::kNone:
    case WebFolder::kEcpAuth:
      return false;
  }
  return false;
}

bool is_of_known_component(const ServerPath& path) {
  const std::size_t behind = path.behind("aspnet_client");
  if (behind == ServerPath::kNone) return false;
  for (std::size_t i = behind; i + 1 < path.parts().size(); ++i) {
    const std::string& part = path.parts()[i];
    if (part.starts_with("crystalreport") || part.starts_with("freetextbox") ||
        part == "1_1_4322" || part == "1_0_3705_0")
      return true;
  }
  return false;
}

bool is_iis_module(std::string_view dll) { return is_in(kIisModules, dll); }

bool is_known_image(const ServerPath& image) {
  const std::string_view name = image.name();
  if (image.has("windows/microsoft.net"))
    return name == "webengine.dll" || name == "webengine4.dll" || name == "aspnet_filter.dll" ||
           name == "aspnet_isapi.dll";
  if (image.has("system32/inetsrv") || image.has("syswow64/inetsrv")) return is_iis_module(name);
  if (image.has("windows/system32")) return name == "wsmsvc.dll" || name == "rpcproxy.dll";
  if (image.has("microsoft/exchange server"))
    return name == "kerbauth.dll" || name == "exppw.dll" || name == "cafe_exppw.dll" ||
           name == "owaauth.dll" || name == "airfilter.dll";
  return false;
}

bool is_data_folder(const ServerPath& path) {
  if (path.parts().empty()) return false;
  const std::string& first = path.parts().front();
  if (first == "programdata" || first == "users" || first == "documents and settings" ||
      first == "perflogs" || first == "temp" || first == "tmp" || first == "$recycle.bin" ||
      first == "recycler" || first == "system volume information")
    return true;
  return path.has("windows/temp") || path.has("windows/debug") || path.has("windows/tasks") ||
         path.has("system32/spool/drivers/color") || path.has("windows/tracing");
}

std::string_view hiding_part(const ServerPath& path) {
  constexpr std::string_view kDevices =
      " con prn aux nul com1 com2 com3 com4 com5 com6 com7 com8 com9"
      " lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 ";
  for (const std::string& part : path.parts()) {
    const std::string_view base = std::string_view(part).substr(0, part.find('.'));
    const bool has_control = std::any_of(
        part.begin(), part.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (is_in(kDevices, base) || part.ends_with('.') || part.ends_with(' ') || has_control ||
        part.find(':') != std::string::npos)
      return part;
  }
  return {};
}

bool is_microsoft_type(std::string_view type) {
  const std::string lower = ascii_lower(type);
  const auto begins = [&](std::string_view prefix) { return lower.starts_with(prefix); };
  return lower.empty() || begins("microsoft.") || begins("system.");
}

}  // namespace pugmark::web_root
