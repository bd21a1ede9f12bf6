/** Suggestions for misspelt options, values of options and words of the command line. */

/**
 * The word that was most likely meant: one of which the given word is a prefix, or the reverse; else the
 * nearest within an edit distance of two; else one that contains the given word. Case is ignored.
 */
export function closest<Word extends string>(
  given: string,
  words: readonly Word[],
): Word | undefined {
  const text = given.toLowerCase()
  if (text.length < 2 || text.length > LONGEST) return undefined
  const lower = (word: Word): string => word.toLowerCase()
  const related = words.find((word) => lower(word).startsWith(text) || text.startsWith(lower(word)))
  if (related !== undefined) return related
  const [nearest] = words
    .map((word) => ({ word, letters: distance(text, lower(word)) }))
    .filter(({ word, letters }) => letters <= (word.length > 3 ? 2 : 1))
    .sort((a, b) => a.letters - b.letters)
  return nearest?.word ?? words.find((word) => text.length > 2 && lower(word).includes(text))
}

/** Longer texts are not misspelt words, and comparing them would take long. */
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
