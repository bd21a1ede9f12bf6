{
  "variables": {
    # Sources, and what every compiler is called with: the scripts that build without gyp read it too.
    "includes": ["native/sources.json"],
    "openssl_fips": "",
    # Only for who works on socktable: a later compiler warns of more, and users have any.
    "werror%": "<!(node -p \"process.env.SOCKTABLE_WERROR === '1'\")",
  },
  "targets": [
    {
      "target_name": "socktable",
      "dependencies": [
        "<!(node -p \"require('node-addon-api').targets\"):node_addon_api_except",
      ],
      "defines": ["<@(defines)"],
      "sources": ["<@(common_pure_sources)", "<@(common_sources)"],
      "cflags": ["<@(cflags)"],
      "cflags_cc": ["-std=<(cxx_standard)", "<@(warnings)"],
      "ldflags": ["-static-libstdc++", "-static-libgcc"],
      "conditions": [
        ["werror=='true'", {
          "cflags_cc": ["-Werror"],
          "xcode_settings": {"GCC_TREAT_WARNINGS_AS_ERRORS": "YES"},
          "msvs_settings": {
            "VCCLCompilerTool": {
              "WarnAsError": "true",
              # node-addon-api switches analysis on, for its own headers as well.
              "AdditionalOptions": [
                "/external:anglebrackets", "/external:W0", "/analyze:external-",
              ],
            },
          },
        }],
        ["OS=='linux'", {
          "sources": [
            "<@(linux_pure_sources)", "<@(linux_sources)", "<@(posix_sources)",
          ],
          "ldflags": ["<@(linux_ldflags)"],
          "configurations": {
            # glibc's headers check the lengths only in optimised code, and warn in any other; musl
            # has no such headers and takes no notice.
            "Release": {"cflags": ["<@(linux_release_cflags)"]},
          },
        }],
        ["OS=='mac'", {
          "sources": ["<@(mac_pure_sources)", "<@(mac_sources)", "<@(posix_sources)"],
          "xcode_settings": {
            "CLANG_CXX_LANGUAGE_STANDARD": "<(cxx_standard)",
            "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
            # The oldest that Node.js 20 runs on is 10.15, on arm64 11.
            "MACOSX_DEPLOYMENT_TARGET": "11.0",
            "WARNING_CFLAGS": ["<@(warnings)"],
          },
        }],
        ["OS=='win'", {
          "sources": ["<@(win_pure_sources)", "<@(win_sources)"],
          "libraries": ["<@(win_libraries)"],
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
