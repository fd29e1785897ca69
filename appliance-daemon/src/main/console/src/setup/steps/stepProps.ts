import type { FoundStep } from '../api';

/** What the form of each step is given. */
export interface StepProps {
  step: FoundStep;
  /** Reads again where the set-up and this step stand. */
  look: () => void;
  next: () => void;
}
