/** What we use of libsvm-js, which comes without types. */
declare module 'libsvm-js/asm.js' {
  export default class SVM {
    constructor(options: {
      readonly type: string;
      readonly kernel: string;
      readonly cost: number;
      readonly gamma: number;
      /** Factors of `cost` by class. */
      readonly weight: Readonly<Record<number, number>>;
      readonly tolerance: number;
      readonly quiet: boolean;
    });
    static readonly SVM_TYPES: Readonly<Record<'C_SVC', string>>;
    static readonly KERNEL_TYPES: Readonly<Record<'RBF', string>>;
    train(samples: readonly (readonly number[])[], labels: readonly number[]): void;
    predictOne(sample: readonly number[]): number;
    /** LIBSVM's own text format. */
    serializeModel(): string;
    /** Places of the support vectors among the samples, in the order of the text. */
    getSVIndices(): number[];
    free(): void;
  }
}
