/** Specifications of smoke tests to begin with. Each is short enough to be read at a glance. */
export type SpecName = 'http' | 'healthy' | 'command';

export interface SpecTemplate {
  name: SpecName;
  label: string;
  text: string;
}

export const specs: SpecTemplate[] = [
  {
    name: 'http',
    label: 'Answers over HTTP',
    text: `name = "smoke"
user = "not-root"

[[http]]
port = 8080
path = "/health"
status = 200

[limits]
seconds = 60
memory = 512
`,
  },
  {
    name: 'healthy',
    label: 'Becomes healthy',
    text: `name = "smoke"
user = "not-root"
# The image's own HEALTHCHECK.
healthy = true

[limits]
seconds = 90
`,
  },
  {
    name: 'command',
    label: 'A command ends well',
    text: `name = "smoke"
command = ["--version"]
exit-code = 0

[[output]]
contains = "1."

# [[files]]
# path = "/app/cart"
# mode = "0755"
`,
  },
];
