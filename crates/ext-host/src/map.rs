//! Maps in typed clients.

use std::collections::BTreeMap;
use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize};
use wasmtime::Result;
use wasmtime::component::__internal::{
    CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext, LowerContext,
};
use wasmtime::component::{ComponentType, Lift, Lower};

/// A map from strings, as it crosses the boundary: a list of keys and values.
///
/// ```
/// use std::collections::BTreeMap;
///
/// let rates: ext_host::Map<f64> = [("EUR".to_owned(), 1.0)].into_iter().collect();
/// assert_eq!(rates["EUR"], 1.0);
/// let rates: BTreeMap<String, f64> = rates.into();
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Map<T>(pub BTreeMap<String, T>);

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Deref for Map<T> {
    type Target = BTreeMap<String, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> DerefMut for Map<T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<T> FromIterator<(String, T)> for Map<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<T> From<BTreeMap<String, T>> for Map<T> {
    fn from(map: BTreeMap<String, T>) -> Self {
        Self(map)
    }
}

impl<T> From<Map<T>> for BTreeMap<String, T> {
    fn from(map: Map<T>) -> Self {
        map.0
    }
}

impl<T> IntoIterator for Map<T> {
    type Item = (String, T);
    type IntoIter = std::collections::btree_map::IntoIter<String, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What a map is to the component.
type List<T> = [(String, T)];

// SAFETY: everything about the type is the list's.
unsafe impl<T: ComponentType> ComponentType for Map<T> {
    type Lower = <List<T> as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = <List<T> as ComponentType>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <List<T> as ComponentType>::typecheck(ty, types)
    }
}

// SAFETY: a list of borrowed entries has the representation of a list of owned ones: both
// are an address and a length (`ComponentType::Lower` of slices is the same type).
unsafe impl<T: Lower> Lower for Map<T> {
    fn linear_lower_to_flat<U>(
        &self,
        cx: &mut LowerContext<'_, U>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        let entries: Vec<(&str, &T)> =
            self.0.iter().map(|(key, value)| (key.as_str(), value)).collect();
        entries.as_slice().linear_lower_to_flat(cx, ty, dst)
    }

    fn linear_lower_to_memory<U>(
        &self,
        cx: &mut LowerContext<'_, U>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        let entries: Vec<(&str, &T)> =
            self.0.iter().map(|(key, value)| (key.as_str(), value)).collect();
        entries.as_slice().linear_lower_to_memory(cx, ty, offset)
    }
}

// SAFETY: the list's, with the entries collected.
unsafe impl<T: Lift> Lift for Map<T> {
    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &Self::Lower,
    ) -> Result<Self> {
        Ok(<Vec<(String, T)>>::linear_lift_from_flat(cx, ty, src)?.into_iter().collect())
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        Ok(<Vec<(String, T)>>::linear_lift_from_memory(cx, ty, bytes)?.into_iter().collect())
    }
}
