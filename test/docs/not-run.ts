/**
 * The blocks of the documentation that the tests can't run, by the name in `<!-- doctest: not run: … -->`,
 * each with the reason and with what tests it elsewhere.
 */
export const NOT_RUN: Readonly<Record<string, string>> = {
  install:
    'needs a registry that has the package: scripts/package/installs.mjs installs the archive',
  clone: 'builds what these tests run with: .ci/run and the workflow run both commands first',
  tests: 'runs these tests: .ci/run and the workflow do',
  docker: 'needs a registry of images: test/containers/docker.test.ts runs containers of its own',
  bundle: 'needs the prebuilt addons: scripts/package/bundles.mjs bundles the packed package',
}
