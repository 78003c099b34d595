// Inert look-alikes: no language has these functions.
rule inert_page_runs_request : webshell
{
  meta:
    description = "Page that runs what a request brings (inert look-alike)"
    author = "Pugmark"
    score = 85
    reference = "https://example.org/inert"
  strings:
    $source = "inert_request(" nocase
    $sink = "inert_run(" nocase
  condition:
    all of them
}

rule inert_page_writes_file
{
  meta:
    description = "Suspicious page that writes files (inert look-alike)"
    score = 45
  strings:
    $a = "inert_write(" wide ascii
  condition:
    $a and extension != ".css"
}

rule inert_small_page
{
  meta:
    description = "A very small file named odd"
    score = 30
  condition:
    filesize < 20 and filename matches /^odd/
}
