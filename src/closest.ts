/** Suggestions for misspelt words: of options, of their values and of the command line. */

/**
 * The word that was most likely meant: one that begins like the given one, else the nearest within
 * two letters, else one that contains it. Case makes no difference.
 */
export function closest<Word extends string>(
  given: string,
  words: readonly Word[],
): Word | undefined {
  const text = given.toLowerCase()
  if (text.length < 2 || text.length > LONGEST) return undefined
  const lower = (word: Word): string => word.toLowerCase()
  const alike = words.find((word) => lower(word).startsWith(text) || text.startsWith(lower(word)))
  if (alike !== undefined) return alike
  const [nearest] = words
    .map((word) => ({ word, letters: distance(text, lower(word)) }))
    .filter(({ word, letters }) => letters <= (word.length > 3 ? 2 : 1))
    .sort((a, b) => a.letters - b.letters)
  return nearest?.word ?? words.find((word) => text.length > 2 && lower(word).includes(text))
}

/** Longer texts are no misspelt words, and the comparison would take long. */
const LONGEST = 64

/** The edit distance (Levenshtein): letters to insert, delete or replace. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const changed = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[to.length] as number
}
