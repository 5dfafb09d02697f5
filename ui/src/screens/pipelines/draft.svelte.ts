/** Pipelines as they are edited: fields here, and what they come to from the program. */
import type {
  PipelineFile,
  PipelineProblem,
  PipelinesCheck,
  PipelinesText,
  StageFile,
} from '../../bindings';
import { asFailure, host, type Failure } from '../../lib/host';

export interface StageFields {
  key: number;
  name: string;
  target: string;
  tags: string;
  after: string;
  immutable: boolean;
}

export interface PipelineFields {
  key: number;
  repositories: string;
  candidates: string;
  stages: StageFields[];
}

const PAUSE = 150;
let keys = 0;

export class Draft {
  pipelines = $state<PipelineFields[]>([]);
  chosen = $state(0);
  check = $state.raw<PipelinesCheck | null>(null);
  failure = $state.raw<Failure | null>(null);
  base = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  #latest = 0;

  constructor(from: PipelinesText) {
    this.base = from.text;
    this.pipelines = from.pipelines.map(fieldsOf);
  }

  get current(): PipelineFields | undefined {
    return this.pipelines[this.chosen];
  }

  get changed(): boolean {
    return this.check?.difference.some((line) => line.change !== 'same') ?? false;
  }

  problem(stage: number | null, field: string): string | null {
    const found = this.check?.problems.find(
      (one) => one.pipeline === this.chosen && one.stage === stage && one.field === field,
    );
    return found ? `${found.message}.` : null;
  }

  /** Problems of pipelines that are not shown, and of the text itself. */
  get elsewhere(): PipelineProblem[] {
    return this.check?.problems.filter((one) => one.pipeline !== this.chosen) ?? [];
  }

  add(repositories = ''): void {
    this.pipelines.push({
      key: ++keys,
      repositories,
      candidates: '',
      stages: ['dev', 'qa', 'golden'].map((name) => stageFields(name)),
    });
    this.chosen = this.pipelines.length - 1;
    this.touch();
  }

  remove(): void {
    this.pipelines.splice(this.chosen, 1);
    this.chosen = Math.max(0, Math.min(this.chosen, this.pipelines.length - 1));
    this.touch();
  }

  addStage(): void {
    this.current?.stages.push(stageFields(''));
    this.touch();
  }

  removeStage(at: number): void {
    this.current?.stages.splice(at, 1);
    this.touch();
  }

  move(at: number, by: 1 | -1): void {
    const stages = this.current?.stages;
    const moved = stages?.[at];
    if (!stages || !moved || at + by < 0 || at + by >= stages.length) return;
    stages.splice(at, 1);
    stages.splice(at + by, 0, moved);
    this.touch();
  }

  /** A field changed: after a short pause the program says what it comes to. */
  touch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), PAUSE);
  }

  async look(): Promise<void> {
    const mine = ++this.#latest;
    try {
      const check = await host().call('pipelines_check', this.asked());
      if (mine !== this.#latest) return;
      this.check = check;
      this.failure = null;
    } catch (thrown) {
      if (mine === this.#latest) this.failure = asFailure(thrown);
    }
  }

  async save(): Promise<PipelinesText> {
    return host().call('pipelines_save', this.asked());
  }

  asked() {
    return { pipelines: this.pipelines.map(fileOf), text: null, base: this.base };
  }
}

function stageFields(name: string): StageFields {
  return { key: ++keys, name, target: '', tags: name, after: '', immutable: false };
}

function fieldsOf(file: PipelineFile): PipelineFields {
  return {
    key: ++keys,
    repositories: file.repositories,
    candidates: file.candidates ?? '',
    stages: file.stages.map((stage) => ({
      key: ++keys,
      name: stage.name,
      target: stage.target ?? '',
      tags: stage.tags.join(', '),
      after: stage.after ?? '',
      immutable: stage.immutable ?? false,
    })),
  };
}

function fileOf(fields: PipelineFields): PipelineFile {
  return {
    repositories: fields.repositories.trim(),
    ...(fields.candidates.trim() ? { candidates: fields.candidates.trim() } : {}),
    stages: fields.stages.map(stageOf),
  };
}

function stageOf(fields: StageFields): StageFile {
  return {
    name: fields.name.trim(),
    ...(fields.target.trim() ? { target: fields.target.trim() } : {}),
    tags: fields.tags
      .split(/[\s,]+/)
      .map((tag) => tag.trim())
      .filter(Boolean),
    ...(fields.after ? { after: fields.after } : {}),
    ...(fields.immutable ? { immutable: true } : {}),
  };
}
