/** The note shown with masks that were fused with the diagnosis of their own image, and where to find the control. */
export const transductiveNote = (control: string): string[] => [
  '',
  'These masks have seen the diagnosis of their own image: a score of them says how well it was woven in.',
  control,
];
