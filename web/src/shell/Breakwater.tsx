/** Keeps one screen's failure to that screen: bar, Stop and side bar stay. Fed by the shell; a new address begins anew. */
import { Component, type ReactNode } from "react";
import { Blank, Pane } from "../parts/Pane";
import { words } from "../words";

interface BreakwaterProps {
  /** What is shown; another place is another try. */
  place: string;
  children: ReactNode;
}

export class Breakwater extends Component<BreakwaterProps, { why: string | null }> {
  override state: { why: string | null } = { why: null };

  static getDerivedStateFromError(error: unknown): { why: string } {
    return { why: error instanceof Error ? error.message : String(error) };
  }

  override componentDidUpdate(before: BreakwaterProps): void {
    if (this.state.why !== null && before.place !== this.props.place) this.setState({ why: null });
  }

  override render(): ReactNode {
    const { why } = this.state;
    if (why === null) return this.props.children;
    return (
      <Pane id="failed" title={words.nav.failed}>
        <Blank title={words.nav.failedDetail} detail={why}>
          <button type="button" className="btn" onClick={() => location.reload()}>{words.start.again}</button>
        </Blank>
      </Pane>
    );
  }
}
