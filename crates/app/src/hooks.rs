//! Hooks for state and effects. They do what Yew's do; but of those the compiler makes a copy for
//! each place that calls them, and of most of these one for all.

use std::any::Any;
use std::rc::Rc;
use yew::functional::TearDown;
use yew::prelude::*;

/// A state that draws the component again when it is set to something else.
#[hook]
pub fn use_value<T: PartialEq + 'static>(initial: T) -> UseStateHandle<T> {
    use_state_eq(move || initial)
}

/// An effect that runs after the component was drawn, if `seen` is not what it was the last time.
/// What it returns runs before the next time, and when the component goes.
#[hook]
pub fn use_change<T: PartialEq + 'static, D: TearDown>(
    seen: T,
    effect: impl FnOnce(&T) -> D + 'static,
) {
    let seen = Rc::new(seen);
    let watched = Watched(seen.clone());
    let run = move || {
        let tear_down = effect(&seen);
        Box::new(move || tear_down.tear_down()) as Box<dyn FnOnce()>
    };
    use_boxed_effect(watched, Box::new(run));
}

#[hook]
fn use_boxed_effect(seen: Watched, run: Box<dyn FnOnce() -> Box<dyn FnOnce()>>) {
    use_effect_with(seen, move |_| run());
}

/// Something that is compared with what it was before, whatever it is.
struct Watched(Rc<dyn Comparable>);

impl PartialEq for Watched {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

trait Comparable: Any {
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + 'static> Comparable for T {
    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}
