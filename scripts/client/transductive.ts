/** What is to be said wherever masks stand that were fused with the diagnosis of their own image; then where the control stands. */
export const transductiveNote = (control: string): string[] => [
  '',
  'These masks have seen the diagnosis of their own image: a score of them says how well it was woven in.',
  control,
];
