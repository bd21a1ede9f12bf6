import { describe, expect, test } from 'vitest'
import { batchCommand, findProgram, withVariables } from '../../src/cli/run/windows.ts'

describe('findProgram finds on Windows', () => {
  const FILES = [
    'C:\\work\\tool.cmd',
    'C:\\work\\only.cmd',
    'C:\\bin\\npm.cmd',
    'C:\\bin\\npm.exe',
    'C:\\bin\\a.b.bat',
    'C:\\node\\npm',
    'C:\\node\\node.exe',
    'C:\\with blank\\x.com',
  ]
  const ENV = { Path: 'C:\\bin;;"C:\\with blank";C:\\node', PATHEXT: '.COM;.EXE;.BAT;.CMD' }
  const exists = (path: string) => FILES.some((file) => file.toLowerCase() === path.toLowerCase())
  const find = (name: string, env = {}) => findProgram(name, { ...ENV, ...env }, 'C:\\work', exists)

  test.each([
    ['npm', 'C:\\bin\\npm.EXE'],
    ['npm.cmd', 'C:\\bin\\npm.cmd'],
    ['NPM.CMD', 'C:\\bin\\NPM.CMD'],
    ['a.b', 'C:\\bin\\a.b.BAT'],
    ['x', 'C:\\with blank\\x.COM'],
    ['tool', 'C:\\work\\tool.CMD'],
    ['.\\tool', 'C:\\work\\tool.CMD'],
    ['..\\bin\\npm', 'C:\\bin\\npm.EXE'],
    ['C:/bin/a.b', 'C:\\bin\\a.b.BAT'],
    ['nothing', null],
    ['.\\npm', null],
  ])('%s', (name, path) => {
    expect(find(name)).toBe(path)
  })

  test('a name with the extensions of PATHEXT, in their order', () => {
    expect(find('npm', { PATHEXT: '.CMD;.EXE' })).toBe('C:\\bin\\npm.CMD')
    expect(find('node', { PATHEXT: '.CMD' })).toBeNull()
    expect(findProgram('node', { PATH: 'C:\\node' }, 'C:\\', exists)).toBe('C:\\node\\node.EXE')
  })

  test('nothing in the current folder where that is switched off', () => {
    expect(find('only', { NoDefaultCurrentDirectoryInExePath: '1' })).toBeNull()
  })
})

test('findProgram skips a script of another kind', () => {
  const exists = (path: string) => ['C:\\a\\vite.JS', 'C:\\b\\vite.CMD'].includes(path)
  const env = { PATH: 'C:\\a;C:\\b', PATHEXT: '.JS;.CMD' }
  expect(findProgram('vite', env, 'C:\\a', exists)).toBe('C:\\b\\vite.CMD')
})

test('withVariables sets a variable whatever the case of its name', () => {
  expect(withVariables({ PORT: '1', Path: 'x' }, { Port: '2' })).toEqual({ Path: 'x', Port: '2' })
})

describe('batchCommand', () => {
  const line = (...args: string[]) => batchCommand('C:\\a b\\t.cmd', args, {})?.args.at(-1)

  test('calls cmd.exe with every quote closed', () => {
    expect(batchCommand('t.CMD', ['x'], { ComSpec: 'C:\\cmd.exe' })).toEqual({
      program: 'C:\\cmd.exe',
      args: ['/d', '/e:on', '/v:off', '/s', '/c', '""t.CMD" "x""'],
    })
  })

  test.each([
    [['b c', ''], '""C:\\a b\\t.cmd" "b c" """'],
    [['a&b', '^', '!x!'], '""C:\\a b\\t.cmd" "a&b" "^" "!x!""'],
    [['"k&l"'], '""C:\\a b\\t.cmd" """k&l""""'],
    [['\\', 'a\\b', '\\"'], '""C:\\a b\\t.cmd" "\\\\" "a\\b" "\\\\""""'],
    [['%PATH%'], '""C:\\a b\\t.cmd" "%%cd:~,%PATH%%cd:~,%""'],
  ])('quotes %j', (args, expected) => {
    expect(line(...args)).toBe(expected)
  })

  test.each(['a\nb', 'a\rb', 'a\0b'])('refuses an argument with a line break: %j', (argument) => {
    expect(() => line(argument)).toThrow(/line break/)
  })

  test.each(['node.exe', 'x.com', 'npm', 'a.cmd.exe'])('is null for %s', (file) => {
    expect(batchCommand(file, [], {})).toBeNull()
  })
})
