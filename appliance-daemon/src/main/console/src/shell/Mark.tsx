/** The product's mark: a gate. */
export function Mark({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="7" fill="#145a90" />
      <path d="M7 25V13a9 9 0 0 1 18 0v12" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <path d="M12.500 25V14M16 25V12M19.500 25V14" stroke="#fff" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
