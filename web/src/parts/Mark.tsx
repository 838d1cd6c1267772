/** The mark of the product: three bars, broker, books and screen. */

export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 20 20" aria-hidden="true">
      <path d="M6.2 3h3L6 17H3zM11.2 3h3L11 17H8zM16.2 3h3L16 17h-3z" />
    </svg>
  );
}
