import { registerEnumType } from 'type-graphql';
import {
  AgreementMapKind,
  AgreementSubject,
  DiagnosisKind,
  ModelTask,
  ProblemSeverity,
  RaterKind,
  RunKind,
  RunStatus,
  Split,
} from '../prisma/client/enums.ts';

/** The store's enumerations, as GraphQL shows them. */
export {
  AgreementMapKind,
  AgreementSubject,
  DiagnosisKind,
  ModelTask,
  ProblemSeverity,
  RaterKind,
  RunKind,
  RunStatus,
  Split,
};

registerEnumType(Split, {
  name: 'Split',
  description: 'What an image is used for. All images of a subject are in the same split.',
  valuesConfig: {
    train: { description: 'Models are trained on it.' },
    validation: { description: 'Used to choose epochs and settings.' },
    test: { description: 'Used only to report numbers.' },
    none: { description: 'Not said: enough where nothing is trained.' },
  },
});

registerEnumType(RaterKind, {
  name: 'RaterKind',
  valuesConfig: {
    person: { description: 'A person, real or simulated, who outlined structures.' },
    level: { description: "A level of a vote map ('at least k votes'): a known strictness, not a person." },
  },
});

registerEnumType(DiagnosisKind, {
  name: 'DiagnosisKind',
  valuesConfig: {
    binary: { description: '0 or 1.' },
    nominal: { description: 'One of several classes, which have no order.' },
    ordinal: { description: 'One of several grades, in order.' },
  },
});

registerEnumType(AgreementSubject, {
  name: 'AgreementSubject',
  description: 'What a measurement of agreement compares.',
  valuesConfig: {
    masks: { description: "The raters' masks." },
    diagnoses: { description: "The graders' diagnoses." },
  },
});

registerEnumType(RunKind, { name: 'RunKind', description: 'What a run does.' });

registerEnumType(RunStatus, {
  name: 'RunStatus',
  description: 'queued → running → succeeded | failed | cancelled. The last three never change.',
  valuesConfig: {
    queued: { description: 'Waiting for a worker.' },
    running: { description: 'A worker is working on it.' },
    succeeded: { description: 'Done; its results are stored.' },
    failed: { description: 'Ended with an error; see errorCode and errorMessage.' },
    cancelled: { description: 'Stopped on request.' },
  },
});

registerEnumType(ModelTask, {
  name: 'ModelTask',
  valuesConfig: {
    diagnosis: { description: 'Image and mask in, diagnosis out.' },
    segmentation: { description: 'Image in, mask out.' },
  },
});

registerEnumType(AgreementMapKind, {
  name: 'AgreementMapKind',
  valuesConfig: {
    agreement: { description: 'Share of the annotators who side with the majority, 0.5 to 1.' },
    entropy: { description: 'Entropy of their votes in bits: 0 where all agree, 1 where they split evenly.' },
  },
});

registerEnumType(ProblemSeverity, {
  name: 'ProblemSeverity',
  valuesConfig: {
    error: { description: 'The row is left out or, without skipBad, the import has failed.' },
    warning: { description: 'Odd, but perhaps meant so: the row is imported.' },
  },
});
