//! Hooks for state and effects. They do what Yew's do; but of those the compiler makes a copy for
//! each type and each place that calls them, and of most of these one for all.

use std::any::Any;
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;
use yew::functional::TearDown;
use yew::prelude::*;

/// A state that draws the component again when it is set to something else.
#[hook]
pub fn use_value<T: PartialEq + 'static>(initial: T) -> Value<T> {
    let initial = Rc::new(initial);
    let held = use_held(Watched(initial.clone()));
    let now: Rc<dyn Any> = held.0.clone();
    Value {
        // It is of this type: only `Value::set` puts something else there.
        now: now.downcast().unwrap_or(initial),
        held,
    }
}

#[hook]
fn use_held(initial: Watched) -> UseStateHandle<Watched> {
    use_state_eq(move || initial)
}

/// A state as it was when the component was drawn, and the way to change it.
pub struct Value<T> {
    now: Rc<T>,
    held: UseStateHandle<Watched>,
}

impl<T: PartialEq + 'static> Value<T> {
    /// Makes it something else.
    pub fn set(&self, value: T) {
        self.held.set(Watched(Rc::new(value)));
    }

    /// What makes it something else, without the state.
    pub fn setter(&self) -> Setter<T> {
        Setter(self.held.setter(), PhantomData)
    }
}

/// What makes a state something else.
pub struct Setter<T>(UseStateSetter<Watched>, PhantomData<fn(T)>);

impl<T: PartialEq + 'static> Setter<T> {
    /// Makes it something else.
    pub fn set(&self, value: T) {
        self.0.set(Watched(Rc::new(value)));
    }
}

impl<T> Clone for Setter<T> {
    fn clone(&self) -> Self {
        Setter(self.0.clone(), PhantomData)
    }
}

impl<T> Clone for Value<T> {
    fn clone(&self) -> Self {
        Value {
            now: self.now.clone(),
            held: self.held.clone(),
        }
    }
}

impl<T> Deref for Value<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.now
    }
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
#[derive(Clone)]
pub struct Watched(pub Rc<dyn Comparable>);

impl PartialEq for Watched {
    fn eq(&self, other: &Self) -> bool {
        self.0.equals(&*other.0)
    }
}

/// What can be compared with something of any type.
pub trait Comparable: Any {
    /// Whether the other is of the same type and equal.
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: PartialEq + 'static> Comparable for T {
    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }
}
