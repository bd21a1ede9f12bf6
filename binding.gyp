{
  "variables": {
    "openssl_fips": "",
    "socktable_werror%": "false",
  },
  "targets": [
    {
      "target_name": "socktable",
      "dependencies": [
        "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except",
      ],
      "defines": [
        "NAPI_VERSION=8",
        "NODE_ADDON_API_DISABLE_DEPRECATED",
        # A read that ends while its worker thread is being terminated has nobody to throw to.
        "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS",
      ],
      "sources": [
        "native/addon.cc",
        "native/query.cc",
        "native/socket_counts.cc",
        "native/socket_identity.cc",
        "native/socket_table.cc",
        "native/watch/row_copier.cc",
        "native/watch/row_matcher.cc",
        "native/watch/watcher.cc",
      ],
      "cflags": ["-fvisibility=hidden", "-fstack-protector-strong"],
      "cflags_cc": ["-std=c++17", "-Wall", "-Wextra"],
      "ldflags": ["-static-libstdc++", "-static-libgcc"],
      "conditions": [
        ["socktable_werror=='true'", {"cflags_cc": ["-Werror"]}],
        ["OS=='linux'", {
          "sources": [
            "native/linux/existence.cc",
            "native/linux/kernel_state.cc",
            "native/linux/owner_groups.cc",
            "native/linux/owner_lookup.cc",
            "native/linux/owner_scan.cc",
            "native/linux/proc_net.cc",
            "native/linux/proc_net_parse.cc",
            "native/linux/process.cc",
            "native/linux/process_handle.cc",
            "native/linux/process_parse.cc",
            "native/linux/process_table.cc",
            "native/linux/reader.cc",
            "native/linux/row_collector.cc",
            "native/linux/sock_diag.cc",
            "native/linux/sock_diag_parse.cc",
            "native/linux/sock_diag_table.cc",
            "native/linux/table_comparison.cc",
            "native/posix/bind_probe.cc",
            "native/posix/interface_names.cc",
            "native/posix/user_name.cc",
          ],
        }],
        ["OS=='mac'", {
          "sources": [
            "native/darwin/holder_scan.cc",
            "native/darwin/inet_pcb_parse.cc",
            "native/darwin/joined_table.cc",
            "native/darwin/libproc_sockets.cc",
            "native/darwin/pcblist.cc",
            "native/darwin/pcblist64_parse.cc",
            "native/darwin/pcblist_parse.cc",
            "native/darwin/process_arguments_parse.cc",
            "native/darwin/process_handle.cc",
            "native/darwin/process_list.cc",
            "native/darwin/process_table.cc",
            "native/darwin/reader.cc",
            "native/darwin/sysctl_list.cc",
            "native/posix/bind_probe.cc",
            "native/posix/interface_names.cc",
            "native/posix/user_name.cc",
          ],
          "xcode_settings": {
            "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
            "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
            # The oldest that Node.js 20 runs on is 10.15, on arm64 11.
            "MACOSX_DEPLOYMENT_TARGET": "11.0",
            "WARNING_CFLAGS": ["-Wall", "-Wextra"],
          },
        }],
        ["OS=='win'", {
          "sources": [
            "native/windows/bind_probe.cc",
            "native/windows/growing_table.cc",
            "native/windows/interface_names.cc",
            "native/windows/ip_helper.cc",
            "native/windows/mib_layout_check.cc",
            "native/windows/mib_table_parse.cc",
            "native/windows/owner_modules.cc",
            "native/windows/process_facts.cc",
            "native/windows/process_handle.cc",
            "native/windows/process_list.cc",
            "native/windows/process_list_parse.cc",
            "native/windows/process_table.cc",
            "native/windows/processes.cc",
            "native/windows/reader.cc",
            "native/windows/wide_text.cc",
          ],
          "libraries": [
            "-liphlpapi.lib",
            "-lws2_32.lib",
            "-ladvapi32.lib",
            "-luser32.lib",
          ],
          "msvs_settings": {
            "VCCLCompilerTool": {
              "WarningLevel": 4,
              # The C++ library within the addon: no redistributable has to be installed.
              "RuntimeLibrary": 0,
              "AdditionalOptions": ["/guard:cf", "/utf-8"],
            },
            "VCLinkerTool": {"AdditionalOptions": ["/guard:cf"]},
          },
          "configurations": {
            "Debug": {"msvs_settings": {"VCCLCompilerTool": {"RuntimeLibrary": 1}}},
          },
        }],
        ["OS!='linux' and OS!='mac' and OS!='win'", {
          "sources": [
            "<!(node -e \"console.error('socktable has no reader for <(OS) yet: it knows Linux, macOS and Windows.'); process.exit(1)\")",
          ],
        }],
      ],
    },
  ],
}
