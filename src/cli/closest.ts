/** What somebody may have meant by a word that does not exist. */

/** The word that begins like the given one, or else the nearest within two letters. */
export function closest<Word extends string>(
  given: string,
  words: readonly Word[],
): Word | undefined {
  if (given.length < 2) return undefined
  const alike = words.find((word) => word.startsWith(given) || given.startsWith(word))
  if (alike !== undefined) return alike
  const [nearest] = words
    .map((word) => ({ word, letters: distance(given, word) }))
    .filter(({ word, letters }) => letters <= (word.length > 3 ? 2 : 1))
    .sort((a, b) => a.letters - b.letters)
  return nearest?.word
}

/** How many letters have to be put in, left out or changed to get from one word to the other. */
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
