#include "detect/sigma/logsource_table.h"

#include <array>

namespace pugmark::sigma {
namespace {

constexpr std::array kServices = {
    ServiceRow{"application", "Application"},
    ServiceRow{"security", "Security"},
    ServiceRow{"system", "System"},
    ServiceRow{"ntlm", "Microsoft-Windows-NTLM/Operational"},
    ServiceRow{"sysmon", "Microsoft-Windows-Sysmon/Operational"},
    ServiceRow{"powershell", "Microsoft-Windows-PowerShell/Operational"},
    ServiceRow{"powershell", "PowerShellCore/Operational"},
    ServiceRow{"powershell-classic", "Windows PowerShell"},
    ServiceRow{"taskscheduler", "Microsoft-Windows-TaskScheduler/Operational"},
    ServiceRow{"wmi", "Microsoft-Windows-WMI-Activity/Operational"},
    ServiceRow{"dhcp", "Microsoft-Windows-DHCP-Server/Operational"},
    ServiceRow{"printservice-admin", "Microsoft-Windows-PrintService/Admin"},
    ServiceRow{"smbclient-security", "Microsoft-Windows-SmbClient/Security"},
    ServiceRow{"smbclient-connectivity", "Microsoft-Windows-SmbClient/Connectivity"},
    ServiceRow{"smbserver-connectivity", "Microsoft-Windows-SMBServer/Connectivity"},
    ServiceRow{"printservice-operational", "Microsoft-Windows-PrintService/Operational"},
    ServiceRow{"terminalservices-localsessionmanager",
               "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"},
    ServiceRow{"codeintegrity-operational", "Microsoft-Windows-CodeIntegrity/Operational"},
    ServiceRow{"applocker", "Microsoft-Windows-AppLocker/MSI and Script"},
    ServiceRow{"applocker", "Microsoft-Windows-AppLocker/EXE and DLL"},
    ServiceRow{"applocker", "Microsoft-Windows-AppLocker/Packaged app-Deployment"},
    ServiceRow{"applocker", "Microsoft-Windows-AppLocker/Packaged app-Execution"},
    ServiceRow{"msexchange-management", "MSExchange Management"},
    ServiceRow{"windefend", "Microsoft-Windows-Windows Defender/Operational"},
    ServiceRow{"firewall-as", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"},
    ServiceRow{"bits-client", "Microsoft-Windows-Bits-Client/Operational"},
    ServiceRow{"security-mitigations", "Microsoft-Windows-Security-Mitigations/Kernel Mode"},
    ServiceRow{"security-mitigations", "Microsoft-Windows-Security-Mitigations/User Mode"},
    ServiceRow{"diagnosis-scripted", "Microsoft-Windows-Diagnosis-Scripted/Operational"},
    ServiceRow{"shell-core", "Microsoft-Windows-Shell-Core/Operational"},
    ServiceRow{"openssh", "OpenSSH/Operational"},
    ServiceRow{"ldap", "Microsoft-Windows-LDAP-Client/Debug"},
    ServiceRow{"bitlocker", "Microsoft-Windows-BitLocker/BitLocker Management"},
    ServiceRow{"vhdmp", "Microsoft-Windows-VHDMP/Operational"},
    ServiceRow{"appxdeployment-server", "Microsoft-Windows-AppXDeploymentServer/Operational"},
    ServiceRow{"lsa-server", "Microsoft-Windows-LSA/Operational"},
    ServiceRow{"appxpackaging-om", "Microsoft-Windows-AppxPackaging/Operational"},
    ServiceRow{"dns-client", "Microsoft-Windows-DNS Client Events/Operational"},
    ServiceRow{"appmodel-runtime", "Microsoft-Windows-AppModel-Runtime/Admin"},
    ServiceRow{"capi2", "Microsoft-Windows-CAPI2/Operational"},
    ServiceRow{"certificateservicesclient-lifecycle-system",
               "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational"},
    ServiceRow{"kernel-shimengine", "Microsoft-Windows-Kernel-ShimEngine/Operational"},
    ServiceRow{"kernel-shimengine", "Microsoft-Windows-Kernel-ShimEngine/Diagnostic"},
    ServiceRow{"application-experience",
               "Microsoft-Windows-Application-Experience/Program-Telemetry"},
    ServiceRow{"application-experience",
               "Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant"},
    ServiceRow{"ntfs", "Microsoft-Windows-Ntfs/Operational"},
    ServiceRow{"hyper-v-worker", "Microsoft-Windows-Hyper-V-Worker"},
    ServiceRow{"kernel-event-tracing", "Microsoft-Windows-Kernel-EventTracing"},
    ServiceRow{"sense", "Microsoft-Windows-SENSE/Operational"},
    ServiceRow{"servicebus-client", "Microsoft-ServiceBus-Client/Admin"},
    ServiceRow{"servicebus-client", "Microsoft-ServiceBus-Client/Operational"},
    ServiceRow{"iis-configuration", "Microsoft-IIS-Configuration/Operational"},
    // No row upstream: the channels these services of the public rules are written to.
    ServiceRow{"driver-framework", "Microsoft-Windows-DriverFrameworks-UserMode/Operational"},
    ServiceRow{"dns-server", "DNS Server"},
    ServiceRow{"dns-server-analytic", "Microsoft-Windows-DNS-Server/Analytical"},
    ServiceRow{"microsoft-servicebus-client", "Microsoft-ServiceBus-Client/Admin"},
    ServiceRow{"microsoft-servicebus-client", "Microsoft-ServiceBus-Client/Operational"},
    ServiceRow{"ldap_debug", "Microsoft-Windows-LDAP-Client/Debug"},
};

// Native registry events: a new value is %%1904, a changed one %%1905, a deleted one %%1906. Sysmon
// reports both of the first two as 13 (value set), so both serve registry_set.
constexpr std::array kCategories = {
    CategoryRow{"process_creation", "Sysmon 1", kSysmonChannel, 1, "", "", "", RenameSet::kNone},
    CategoryRow{"process_creation", "Security 4688", kSecurityChannel, 4688, "", "", "",
                RenameSet::kProcess4688},
    CategoryRow{"file_change", "Sysmon 2", kSysmonChannel, 2, "", "", "", RenameSet::kNone},
    CategoryRow{"network_connection", "Sysmon 3", kSysmonChannel, 3, "", "", "", RenameSet::kNone},
    CategoryRow{"network_connection", "Security 5156", kSecurityChannel, 5156, "", "", "",
                RenameSet::kConnection5156},
    CategoryRow{"sysmon_status", "Sysmon 4", kSysmonChannel, 4, "", "", "", RenameSet::kNone},
    CategoryRow{"sysmon_status", "Sysmon 16", kSysmonChannel, 16, "", "", "", RenameSet::kNone},
    CategoryRow{"process_termination", "Sysmon 5", kSysmonChannel, 5, "", "", "", RenameSet::kNone},
    CategoryRow{"driver_load", "Sysmon 6", kSysmonChannel, 6, "", "", "", RenameSet::kNone},
    CategoryRow{"image_load", "Sysmon 7", kSysmonChannel, 7, "", "", "", RenameSet::kNone},
    CategoryRow{"create_remote_thread", "Sysmon 8", kSysmonChannel, 8, "", "", "",
                RenameSet::kNone},
    CategoryRow{"raw_access_thread", "Sysmon 9", kSysmonChannel, 9, "", "", "", RenameSet::kNone},
    CategoryRow{"process_access", "Sysmon 10", kSysmonChannel, 10, "", "", "", RenameSet::kNone},
    CategoryRow{"file_event", "Sysmon 11", kSysmonChannel, 11, "", "", "", RenameSet::kNone},
    CategoryRow{"registry_event", "Sysmon 12", kSysmonChannel, 12, "", "", "", RenameSet::kNone},
    CategoryRow{"registry_event", "Sysmon 13", kSysmonChannel, 13, "", "", "", RenameSet::kNone},
    CategoryRow{"registry_event", "Sysmon 14", kSysmonChannel, 14, "", "", "", RenameSet::kNone},
    CategoryRow{"registry_event", "Security 4657", kSecurityChannel, 4657, "", "", "",
                RenameSet::kRegistry4657},
    CategoryRow{"registry_add", "Sysmon 12 CreateKey", kSysmonChannel, 12, "EventType", "CreateKey",
                "", RenameSet::kNone},
    CategoryRow{"registry_add", "Security 4657", kSecurityChannel, 4657, "OperationType", "%%1904",
                "", RenameSet::kRegistry4657},
    CategoryRow{"registry_delete", "Sysmon 12 DeleteKey", kSysmonChannel, 12, "EventType",
                "DeleteKey", "", RenameSet::kNone},
    CategoryRow{"registry_delete", "Sysmon 12 DeleteValue", kSysmonChannel, 12, "EventType",
                "DeleteValue", "", RenameSet::kNone},
    CategoryRow{"registry_delete", "Security 4657", kSecurityChannel, 4657, "OperationType",
                "%%1906", "", RenameSet::kRegistry4657},
    CategoryRow{"registry_set", "Sysmon 13", kSysmonChannel, 13, "", "", "", RenameSet::kNone},
    CategoryRow{"registry_set", "Security 4657", kSecurityChannel, 4657, "OperationType", "%%1905",
                "%%1904", RenameSet::kRegistry4657},
    CategoryRow{"registry_rename", "Sysmon 14", kSysmonChannel, 14, "", "", "", RenameSet::kNone},
    CategoryRow{"create_stream_hash", "Sysmon 15", kSysmonChannel, 15, "", "", "",
                RenameSet::kNone},
    CategoryRow{"pipe_created", "Sysmon 17", kSysmonChannel, 17, "", "", "", RenameSet::kNone},
    CategoryRow{"pipe_created", "Sysmon 18", kSysmonChannel, 18, "", "", "", RenameSet::kNone},
    CategoryRow{"wmi_event", "Sysmon 19", kSysmonChannel, 19, "", "", "", RenameSet::kNone},
    CategoryRow{"wmi_event", "Sysmon 20", kSysmonChannel, 20, "", "", "", RenameSet::kNone},
    CategoryRow{"wmi_event", "Sysmon 21", kSysmonChannel, 21, "", "", "", RenameSet::kNone},
    CategoryRow{"wmi_event", "WMI-Activity 5861", "Microsoft-Windows-WMI-Activity/Operational",
                5861, "", "", "", RenameSet::kWmi5861},
    CategoryRow{"dns_query", "Sysmon 22", kSysmonChannel, 22, "", "", "", RenameSet::kNone},
    CategoryRow{"file_delete", "Sysmon 23", kSysmonChannel, 23, "", "", "", RenameSet::kNone},
    CategoryRow{"clipboard_change", "Sysmon 24", kSysmonChannel, 24, "", "", "", RenameSet::kNone},
    CategoryRow{"clipboard_capture", "Sysmon 24", kSysmonChannel, 24, "", "", "", RenameSet::kNone},
    CategoryRow{"process_tampering", "Sysmon 25", kSysmonChannel, 25, "", "", "", RenameSet::kNone},
    CategoryRow{"file_delete_detected", "Sysmon 26", kSysmonChannel, 26, "", "", "",
                RenameSet::kNone},
    CategoryRow{"file_block_executable", "Sysmon 27", kSysmonChannel, 27, "", "", "",
                RenameSet::kNone},
    CategoryRow{"file_block_shredding", "Sysmon 28", kSysmonChannel, 28, "", "", "",
                RenameSet::kNone},
    CategoryRow{"file_executable_detected", "Sysmon 29", kSysmonChannel, 29, "", "", "",
                RenameSet::kNone},
    CategoryRow{"sysmon_error", "Sysmon 255", kSysmonChannel, 255, "", "", "", RenameSet::kNone},
    CategoryRow{"ps_module", "PowerShell 4103", "Microsoft-Windows-PowerShell/Operational", 4103,
                "", "", "", RenameSet::kNone},
    CategoryRow{"ps_module", "PowerShellCore 4103", "PowerShellCore/Operational", 4103, "", "", "",
                RenameSet::kNone},
    CategoryRow{"ps_script", "PowerShell 4104", "Microsoft-Windows-PowerShell/Operational", 4104,
                "", "", "", RenameSet::kNone},
    CategoryRow{"ps_script", "PowerShellCore 4104", "PowerShellCore/Operational", 4104, "", "", "",
                RenameSet::kNone},
    CategoryRow{"ps_classic_start", "Windows PowerShell 400", "Windows PowerShell", 400, "", "", "",
                RenameSet::kNone},
    CategoryRow{"ps_classic_provider_start", "Windows PowerShell 600", "Windows PowerShell", 600,
                "", "", "", RenameSet::kNone},
    CategoryRow{"ps_classic_script", "Windows PowerShell 800", "Windows PowerShell", 800, "", "",
                "", RenameSet::kNone},
    CategoryRow{"antivirus", "Defender 1006", "Microsoft-Windows-Windows Defender/Operational",
                1006, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1007", "Microsoft-Windows-Windows Defender/Operational",
                1007, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1008", "Microsoft-Windows-Windows Defender/Operational",
                1008, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1009", "Microsoft-Windows-Windows Defender/Operational",
                1009, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1010", "Microsoft-Windows-Windows Defender/Operational",
                1010, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1011", "Microsoft-Windows-Windows Defender/Operational",
                1011, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1012", "Microsoft-Windows-Windows Defender/Operational",
                1012, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1017", "Microsoft-Windows-Windows Defender/Operational",
                1017, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1018", "Microsoft-Windows-Windows Defender/Operational",
                1018, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1019", "Microsoft-Windows-Windows Defender/Operational",
                1019, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1115", "Microsoft-Windows-Windows Defender/Operational",
                1115, "", "", "", RenameSet::kDefender},
    CategoryRow{"antivirus", "Defender 1116", "Microsoft-Windows-Windows Defender/Operational",
                1116, "", "", "", RenameSet::kDefender},
};

constexpr std::array kTextLogs = {
    TextLogRow{"exchange", "httpproxy", "Exchange HttpProxy", SourceKind::kExchangeHttpProxy},
    TextLogRow{"exchange", "ecp-server", "Exchange ECP server", SourceKind::kExchangeEcpServer},
    TextLogRow{"exchange", "ecp-activity", "Exchange ECP activity",
               SourceKind::kExchangeEcpActivity},
    TextLogRow{"exchange", "oabgenerator", "Exchange OAB generator",
               SourceKind::kExchangeOabGenerator},
    TextLogRow{"exchange", "ews", "Exchange EWS", SourceKind::kExchangeEws},
    TextLogRow{"exchange", "mapihttp", "Exchange MAPI over HTTP", SourceKind::kExchangeMapiHttp},
    TextLogRow{"exchange", "rps-http", "Exchange remote PowerShell", SourceKind::kExchangeRpsHttp},
    TextLogRow{"exchange", "rps-cmdlet", "Exchange cmdlets", SourceKind::kExchangeCmdlet},
    TextLogRow{"exchange", "admin-audit", "Exchange admin audit", SourceKind::kExchangeAdminAudit},
    TextLogRow{"exchange", "message-tracking", "Exchange message tracking",
               SourceKind::kExchangeMessageTracking},
    TextLogRow{"exchange", "smtp-protocol", "Exchange SMTP protocol", SourceKind::kExchangeSmtp},
};

constexpr std::array kAbsent = {
    AbsentRow{"file_access",
              "a file access trace (ETW or an EDR product); Sysmon does not record it"},
    AbsentRow{"file_rename",
              "a file rename trace (ETW or an EDR product); Sysmon does not record it"},
};

}  // namespace

std::span<const ServiceRow> service_rows() { return kServices; }
std::span<const CategoryRow> category_rows() { return kCategories; }
std::span<const TextLogRow> text_log_rows() { return kTextLogs; }
std::span<const AbsentRow> absent_rows() { return kAbsent; }

std::vector<FieldRename> renames_of(RenameSet set) {
  const ValueRewrite none = ValueRewrite::kNone;
  switch (set) {
    case RenameSet::kNone:
      return {};
    case RenameSet::kProcess4688:
      return {{"Image", {"NewProcessName"}, none},
              {"ParentImage", {"ParentProcessName"}, none},
              {"ProcessId", {"NewProcessId"}, none},
              {"ParentProcessId", {"ProcessId"}, none},
              {"LogonId", {"SubjectLogonId"}, none},
              {"IntegrityLevel", {"MandatoryLabel"}, ValueRewrite::kIntegrityLevel},
              {"User", {"SubjectDomainName", "SubjectUserName"}, none}};
    case RenameSet::kConnection5156:
      return {{"Image", {"Application"}, ValueRewrite::kDevicePath},
              {"Initiated", {"Direction"}, ValueRewrite::kDirection},
              {"SourceIp", {"SourceAddress"}, none},
              {"DestinationIp", {"DestAddress"}, none},
              {"DestinationPort", {"DestPort"}, none},
              {"Protocol", {"Protocol"}, ValueRewrite::kProtocol}};
    case RenameSet::kRegistry4657:
      return {{"Image", {"ProcessName"}, none},
              {"TargetObject", {"ObjectName", "ObjectValueName"}, ValueRewrite::kRegistryPath},
              {"Details", {"NewValue"}, none},
              {"EventType", {"OperationType"}, ValueRewrite::kRegistryOperation},
              {"User", {"SubjectDomainName", "SubjectUserName"}, none}};
    case RenameSet::kWmi5861:
      return {{"Destination", {"PossibleCause"}, none}};
    case RenameSet::kDefender:
      return {{"Signature", {"ThreatName"}, none}, {"Filename", {"Path"}, none}};
  }
  return {};
}

}  // namespace pugmark::sigma
