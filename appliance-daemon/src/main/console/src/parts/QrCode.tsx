import { encode } from 'uqr';

/** A text as a picture that a phone can read: dark on white in every theme, because readers want it so. */
export function QrCode({ of, label, size = 200 }: { of: string; label: string; size?: number }) {
  const { data, size: modules } = encode(of, { ecc: 'M', border: 4 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg role="img" aria-label={label} width={size} height={size} viewBox={`0 0 ${modules} ${modules}`} shapeRendering="crispEdges" style={{ display: 'block', maxWidth: '100%', height: 'auto' }}>
      <rect width={modules} height={modules} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
