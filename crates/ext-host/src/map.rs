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

/// A map, as it crosses the boundary: a list of keys and values.
///
/// ```
/// use std::collections::BTreeMap;
///
/// let rates: ext_host::Map<String, f64> = [("EUR".to_owned(), 1.0)].into_iter().collect();
/// assert_eq!(rates["EUR"], 1.0);
/// let rates: BTreeMap<String, f64> = rates.into();
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[serde(bound(deserialize = "K: Ord + Deserialize<'de>, T: Deserialize<'de>"))]
pub struct Map<K: Ord, T>(pub BTreeMap<K, T>);

impl<K: Ord, T> Default for Map<K, T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K: Ord, T> Deref for Map<K, T> {
    type Target = BTreeMap<K, T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<K: Ord, T> DerefMut for Map<K, T> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<K: Ord, T> FromIterator<(K, T)> for Map<K, T> {
    fn from_iter<I: IntoIterator<Item = (K, T)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<K: Ord, T> From<BTreeMap<K, T>> for Map<K, T> {
    fn from(map: BTreeMap<K, T>) -> Self {
        Self(map)
    }
}

impl<K: Ord, T> From<Map<K, T>> for BTreeMap<K, T> {
    fn from(map: Map<K, T>) -> Self {
        map.0
    }
}

impl<K: Ord, T> IntoIterator for Map<K, T> {
    type Item = (K, T);
    type IntoIter = std::collections::btree_map::IntoIter<K, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What a map is to the component.
type List<K, T> = [(K, T)];

// SAFETY: everything about the type is the list's.
unsafe impl<K: ComponentType + Ord, T: ComponentType> ComponentType for Map<K, T> {
    type Lower = <List<K, T> as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = <List<K, T> as ComponentType>::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        <List<K, T> as ComponentType>::typecheck(ty, types)
    }
}

// SAFETY: a list of borrowed entries has the representation of a list of owned ones: both
// are an address and a length (`ComponentType::Lower` of slices is the same type).
unsafe impl<K: Lower + Ord, T: Lower> Lower for Map<K, T> {
    fn linear_lower_to_flat<U>(
        &self,
        cx: &mut LowerContext<'_, U>,
        ty: InterfaceType,
        dst: &mut MaybeUninit<Self::Lower>,
    ) -> Result<()> {
        let entries: Vec<(&K, &T)> = self.0.iter().collect();
        entries.as_slice().linear_lower_to_flat(cx, ty, dst)
    }

    fn linear_lower_to_memory<U>(
        &self,
        cx: &mut LowerContext<'_, U>,
        ty: InterfaceType,
        offset: usize,
    ) -> Result<()> {
        let entries: Vec<(&K, &T)> = self.0.iter().collect();
        entries.as_slice().linear_lower_to_memory(cx, ty, offset)
    }
}

// SAFETY: the list's, with the entries collected.
unsafe impl<K: Lift + Ord, T: Lift> Lift for Map<K, T> {
    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &Self::Lower,
    ) -> Result<Self> {
        Ok(<Vec<(K, T)>>::linear_lift_from_flat(cx, ty, src)?.into_iter().collect())
    }

    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        Ok(<Vec<(K, T)>>::linear_lift_from_memory(cx, ty, bytes)?.into_iter().collect())
    }
}
