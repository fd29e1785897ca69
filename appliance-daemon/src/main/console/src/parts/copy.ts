/**
 * Copies a text; tells whether it really did. `navigator.clipboard` exists only over HTTPS and on loopback, and a box on a
 * LAN may be opened without: then the shown text itself is selected and copied. A hidden field would not do, because a
 * dialog's focus trap takes the focus away from it.
 */
export async function copyText(text: string, shown: HTMLElement | null): Promise<boolean> {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Not permitted: try the other way.
  }
  if (!shown) return false;
  select(shown);
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  }
}

export function select(shown: HTMLElement): void {
  const selection = window.getSelection();
  const range = document.createRange();
  range.selectNodeContents(shown);
  selection?.removeAllRanges();
  selection?.addRange(range);
}
